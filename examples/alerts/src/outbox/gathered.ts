/**
 * One question for many: what is asked in one breath, or while an answer is awaited, is asked together.
 *
 * @param ask which of the items may; where it throws, none of those may
 */
export function gathered<Item>(ask: (items: readonly Item[]) => Promise<ReadonlySet<Item>>, hear: (error: unknown) => void): (item: Item) => Promise<boolean> {
  let waiting: { readonly item: Item; readonly answer: (may: boolean) => void }[] = [];
  let asking = false;
  const run = async (): Promise<void> => {
    while (waiting.length > 0) {
      const batch = waiting;
      waiting = [];
      const may = await ask(batch.map(({ item }) => item)).catch((error: unknown) => { hear(error); return new Set<Item>(); });
      for (const { item, answer } of batch) answer(may.has(item));
    }
    asking = false;
  };
  return (item) => new Promise((resolve) => {
    waiting.push({ item, answer: resolve });
    if (asking) return;
    asking = true;
    setImmediate(() => { void run(); });
  });
}
