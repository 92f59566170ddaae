/**
 * Protobuf messages by name, each as a list of fields `name=number:type`, as generated.proto of kubernetes/api has
 * them; names are those of the JSON form.
 *
 * - types: another message, `int`, `bool`, `bytes`, `double`, `Time`, `Quantity`, `IntOrString`, `Json`, `Strings`; no
 *   type is a text
 * - `[]` behind the type: a list; `{}`: a map from texts
 * - `!`: an empty value (`0`, `false`, `''`) says something. Other fields are always sent, and empty when not set
 * - `~`: the JSON form has the fields of the message beside its neighbours, not below a name
 *
 * Kinds that two groups name alike carry their group in front (`DiscoveryEndpointPort`).
 */
export type MessageTable = Readonly<Record<string, string>>;

/** One field of a message. */
export interface MessageField {
  readonly name: string;
  readonly number: number;
  readonly type: string;
  readonly form: 'one' | 'list' | 'map';
  readonly keepsEmpty: boolean;
  readonly inline: boolean;
}

/** Reads the text of one message. */
export function parseMessage(text: string): readonly MessageField[] {
  return text
    .trim()
    .split(/\s+/)
    .filter((part) => part !== '')
    .map((part) => {
      const found = /^(\w+)=(\d+)(?::(\w+))?(\[\]|\{\})?(~)?(!)?$/.exec(part);
      if (found === null) throw new RangeError(`Cannot read field "${part}" of a message table`);
      const [, name = '', number, type = 'string', form, inline, keepsEmpty] = found;
      return {
        name,
        number: Number(number),
        type,
        form: form === '[]' ? 'list' : form === '{}' ? 'map' : 'one',
        keepsEmpty: keepsEmpty !== undefined,
        inline: inline !== undefined,
      };
    });
}
