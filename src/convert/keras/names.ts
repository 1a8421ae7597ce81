/** Names: of Keras's files, and as they may be here. */

/** As Keras names the folder of a class: `Conv1D` conv1d, `BatchNormalization` batch_normalization, `SimpleRNN` simple_rnn. */
export function snakeCase(className: string): string {
  return className.replace(/\W/g, '').replace(/(.)([A-Z][a-z]+)/g, '$1_$2').replace(/([a-z])([A-Z])/g, '$1_$2').toLowerCase();
}

/** Names that differ: the second `dense` is dense_1. What a name may not have here becomes `_`. */
export class NamesInUse {
  private readonly taken = new Set<string>();

  free(wish: string): string {
    const stem = wish.replace(/[^\w.-]/g, '_').slice(0, 200) || 'layer';
    let name = stem;
    for (let n = 1; this.taken.has(name); n++) name = `${stem}_${n}`;
    this.taken.add(name);
    return name;
  }
}
