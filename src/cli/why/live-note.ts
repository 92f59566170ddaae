/** What a node says of one checkpoint. */
export interface LiveNote {
  readonly node: string;
  readonly text: string;
}
