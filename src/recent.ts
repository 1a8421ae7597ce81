/** What was asked for last, by name: as many as `most`, the one that nobody has asked for the longest goes first. */
export class Recent<V> {
  private readonly most: number;
  private readonly entries = new Map<string, V>();

  constructor(most: number) {
    this.most = most;
  }

  /** @param make what is not there. */
  get(key: string, make: () => V): V {
    const value = this.entries.get(key) ?? make();
    this.entries.delete(key);
    this.entries.set(key, value);
    const [oldest] = this.entries.keys();
    if (this.entries.size > this.most && oldest !== undefined) this.entries.delete(oldest);
    return value;
  }
}
