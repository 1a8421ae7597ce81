/** Under which a file's metadata_props have the description of its model, by itself so that readers of other files load no more. */
export const descriptionKey = 'bptt';
