import type { Container } from '../api/core.ts';

/** What runs in a container of the lab. */
export type ContainerPlan =
  /** A command on the host's file system. */
  | { readonly kind: 'command'; readonly command: readonly string[] }
  /** The built-in server on these ports. */
  | { readonly kind: 'server'; readonly ports: readonly ServerPort[] }
  /** Nothing but the network namespace. */
  | { readonly kind: 'idle' };

export interface ServerPort {
  readonly port: number;
  readonly protocol: 'tcp' | 'udp';
}

/** The last part of an image name without tag and digest: `nginx` of `docker.io/library/nginx:1.7.9`. */
export function imageBaseName(image: string): string {
  const withoutDigest = image.split('@')[0] ?? '';
  const last = withoutDigest.split('/').at(-1) ?? '';
  return last.split(':')[0] ?? '';
}

/**
 * Decides what a container runs. Well-known images (nginx..., busybox..., agnhost) and images without a command map to
 * the built-in server on the declared ports; a command given in the manifest runs as it is, except that agnhost's
 * `netexec` is the built-in server with its own flags. Images that are a shell (busybox, alpine, debian, ubuntu) run
 * their arguments, or the shell when somebody is to type into it.
 */
export function planContainer(container: Container): ContainerPlan {
  const image = imageBaseName(container.image ?? '');
  const words = [...(container.command ?? []), ...(container.args ?? [])];
  if (image === 'agnhost') {
    const rest = words[0]?.endsWith('agnhost') ? words.slice(1) : words;
    if (rest.length === 0 || rest[0] === 'netexec') return serve(container, netexecPorts(rest));
    if (rest[0] === 'serve-hostname') return serve(container, [{ port: 9376, protocol: 'tcp' }]);
    if (rest[0] === 'pause') return { kind: 'idle' };
  }
  if (container.command !== undefined && container.command.length > 0) return { kind: 'command', command: words };
  if (image.startsWith('nginx')) return serve(container, [{ port: 80, protocol: 'tcp' }]);
  const shell = shellOf(image);
  if (shell !== undefined && words.length > 0) return { kind: 'command', command: words };
  if (shell !== undefined && container.stdin === true) return { kind: 'command', command: [shell] };
  return serve(container, []);
}

function shellOf(image: string): string | undefined {
  if (image.startsWith('busybox') || image === 'alpine') return 'sh';
  return image === 'debian' || image === 'ubuntu' ? 'bash' : undefined;
}

function serve(container: Container, otherwise: readonly ServerPort[]): ContainerPlan {
  const declared = (container.ports ?? []).flatMap((one): readonly ServerPort[] => {
    const protocol = (one.protocol ?? 'TCP').toLowerCase();
    return protocol === 'tcp' || protocol === 'udp' ? [{ port: one.containerPort, protocol }] : [];
  });
  const ports = declared.length > 0 ? declared : otherwise;
  return ports.length === 0 ? { kind: 'idle' } : { kind: 'server', ports };
}

/** `netexec [--http-port=8080] [--udp-port=8081]`. */
function netexecPorts(words: readonly string[]): readonly ServerPort[] {
  const flag = (name: string, standard: number) => {
    const index = words.findIndex((word) => word === name || word.startsWith(`${name}=`));
    const word = words[index];
    const text = word === undefined ? undefined : word.includes('=') ? word.split('=')[1] : words[index + 1];
    return text === undefined ? standard : Number(text);
  };
  const http = flag('--http-port', 8080);
  const udp = flag('--udp-port', 8081);
  return [
    ...(http > 0 ? [{ port: http, protocol: 'tcp' } as const] : []),
    ...(udp > 0 ? [{ port: udp, protocol: 'udp' } as const] : []),
  ];
}
