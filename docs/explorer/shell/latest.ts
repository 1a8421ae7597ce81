/** Computing what is shown: one thing at a time, and of states that come in meanwhile the newest alone. */
export function latest<S, R>(compute: (state: S) => Promise<R>, show: (result: R, state: S) => void): (state: S) => void {
  let waiting: { readonly state: S } | undefined;
  let busy = false;
  const work = async (): Promise<void> => {
    busy = true;
    while (waiting) {
      const { state } = waiting;
      waiting = undefined;
      const result = await compute(state);
      if (!waiting) show(result, state);
    }
    busy = false;
  };
  return (state) => {
    waiting = { state };
    if (!busy) void work();
  };
}
