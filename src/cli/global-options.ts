import type { CommandOptions } from './command.ts';

/** Options of every command that talks to a cluster. They may also stand before the command. */
export const clusterOptions: CommandOptions = {
  namespace: {
    short: 'n',
    value: 'NS',
    help: 'namespace of namespaced kinds (default: that of the context, or "default")',
    complete: 'namespace',
  },
  kubeconfig: {
    value: 'FILE',
    help: 'kubeconfig to use (default: KUBECONFIG, else the running lab, else ~/.kube/config)',
    complete: 'file',
  },
  context: { value: 'NAME', help: 'context of the kubeconfig', complete: 'context' },
  config: {
    short: 'c',
    value: 'FILE',
    help: 'a CalicoAPIConfig file (default: /etc/calico/calicoctl.cfg if it is there)',
    complete: 'file',
  },
  'request-timeout': { value: 'TIME', help: 'longest wait for an answer of the API server: 10s, 1m (default 30s)' },
  'allow-version-mismatch': { help: 'say nothing of another version in the cluster' },
  'log-level': { value: 'LEVEL', help: 'taken for calicoctl’s sake', hidden: true },
};

/** Taken by every command. */
export const helpOption: CommandOptions = { help: { short: 'h', help: 'explain this command' } };

/** Options that may stand before the command; there, and only there, `-l` is the log level as calicoctl has it. */
export const leadingOptions: CommandOptions = {
  ...clusterOptions,
  'log-level': { short: 'l', value: 'LEVEL', help: 'taken for calicoctl’s sake', hidden: true },
};
