import type { Command } from '../command.ts';

/** Commands about this program. */
export const ownCommands: readonly Command[] = [
  {
    name: 'version',
    usage: 'version [--client] [--json]',
    summary: 'Versions of both sides',
    description: 'Shows the version of this program and of the cluster.',
    options: {
      client: { help: 'this program only' },
      json: { help: 'as JSON' },
      poll: { value: 'TIME', help: 'ask again every TIME (10s, 1m) and print what has changed' },
    },
    examples: [
      ['version', 'of this program and of the cluster'],
      ['version --client', 'without asking a cluster'],
      ['version --poll 10s', 'follow an upgrade of the cluster'],
    ],
    load: () => import('../version.ts'),
  },
  {
    name: 'completion',
    usage: 'completion bash|zsh|fish',
    summary: 'For bash, zsh and fish',
    description:
      'Prints the script that lets a shell complete commands, options, kinds and names of this program; also when it is\n' +
      'called calicoctl or kubectl-weft.',
    local: true,
    args: [['bash', 'zsh', 'fish']],
    examples: [
      ['completion bash > /etc/bash_completion.d/weft', 'for everybody, bash'],
      ['completion zsh > ~/.zfunc/_weft', 'zsh; ~/.zfunc in fpath'],
      ['completion fish > ~/.config/fish/completions/weft.fish', 'fish'],
    ],
    load: () => import('../completion/completion.ts'),
  },
  {
    name: '__complete',
    usage: '__complete -- WORDS...',
    summary: 'What scripts ask',
    local: true,
    hidden: true,
    load: () => import('../completion/answer.ts'),
  },
  {
    name: 'help',
    usage: 'help [COMMAND [SUB-COMMAND]]',
    summary: 'Explain a command',
    local: true,
    args: ['command'],
    examples: [
      ['help', 'every command'],
      ['help ipam show', 'one of them'],
    ],
  },
];
