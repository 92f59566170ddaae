/** Channels of a command's WebSocket. @see k8s.io/apimachinery remotecommand */
export const channels = { stdin: 0, stdout: 1, stderr: 2, error: 3, resize: 4 } as const;

/** A protocol of channels: how messages look, and whether a channel can be closed alone. */
export interface ChannelProtocol {
  readonly name: string;
  readonly base64: boolean;
  /** Version 5: a message of 255 and a channel ends that channel. */
  readonly close: boolean;
}

/** What we speak, best first. */
export const channelProtocols: readonly ChannelProtocol[] = [
  { name: 'v5.channel.k8s.io', base64: false, close: true },
  { name: 'v4.channel.k8s.io', base64: false, close: false },
  { name: 'v4.base64.channel.k8s.io', base64: true, close: false },
];

const closeSignal = 255;

/** One message, taken apart. */
export type ChannelMessage =
  | { readonly kind: 'data'; readonly channel: number; readonly bytes: Buffer }
  | { readonly kind: 'close'; readonly channel: number };

/** The message that carries bytes on a channel: `\x01hello`, in base64 form `1aGVsbG8=`. */
export function encodeChannelMessage(protocol: ChannelProtocol, channel: number, bytes: Uint8Array): Buffer | string {
  if (protocol.base64) return `${channel}${Buffer.from(bytes).toString('base64')}`;
  const message = Buffer.allocUnsafe(1 + bytes.length);
  message[0] = channel;
  message.set(bytes, 1);
  return message;
}

/** The message that ends a channel, where the protocol has one. */
export function encodeChannelClose(protocol: ChannelProtocol, channel: number): Buffer | undefined {
  return protocol.close ? Buffer.of(closeSignal, channel) : undefined;
}

/** The inverse of both; `undefined` for what says nothing (an empty message). */
export function decodeChannelMessage(protocol: ChannelProtocol, message: Buffer): ChannelMessage | undefined {
  const [first, second] = message;
  if (first === undefined) return undefined;
  if (protocol.base64) {
    const bytes = Buffer.from(message.subarray(1).toString('latin1'), 'base64');
    return { kind: 'data', channel: first - 0x30, bytes };
  }
  if (protocol.close && first === closeSignal) {
    return second === undefined ? undefined : { kind: 'close', channel: second };
  }
  return { kind: 'data', channel: first, bytes: message.subarray(1) };
}
