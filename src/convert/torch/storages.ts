/** Storages by their keys, as the identifiers in a pickle state them. */
import { StorageType, TorchStorage } from './values.js';
import type { PersistentId } from './values.js';

export class StorageTable {
  readonly storages = new Map<string, TorchStorage>();

  /** ('storage', type, key, device, count); the format before 1.6 adds a view of another storage, which no PyTorch of these years writes. */
  readonly resolve: PersistentId = (id, reader) => {
    const [kind, type, key, , count, view] = Array.isArray(id) ? id : [];
    if (kind !== 'storage' || !(type instanceof StorageType) || typeof key !== 'string' || typeof count !== 'number' || !Number.isSafeInteger(count) || count < 0) {
      throw reader.refuse('the identifier of a storage', 'something else');
    }
    if (view !== undefined && view !== null) throw reader.refuse('storages of their own', 'views of others, as PyTorch before 0.4 wrote them');
    const known = this.storages.get(key);
    if (known && (known.dtype !== type.dtype || known.count !== count)) throw reader.refuse(`storage '${key}' the same everywhere`, 'of two types or sizes');
    const storage = known ?? new TorchStorage(key, type.dtype, count);
    this.storages.set(key, storage);
    return storage;
  };
}
