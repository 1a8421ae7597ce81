/** What a model file says, as every reader of one needs it: the container opened, its description parsed, nothing of it built. */
import { FileFormatError, quoted } from '../../errors.js';
import type { JsonObject, JsonValue } from '../../layers/layer.js';
import type { HostTensor } from '../../tensor.js';
import { objectOf, parseJson } from './json.js';
import { decodeTensorFile } from './safetensors.js';

export const formatVersion = 1;

interface OpenedFile {
  /** Under `bptt` in the metadata of the container: version, seed, architecture, compiled, position, metadata. */
  readonly description: JsonObject;
  readonly architecture: JsonObject;
  /** What the user added. */
  readonly metadata: Record<string, JsonValue>;
  readonly tensors: ReadonlyMap<string, HostTensor>;
}

function refuse(argument: string, expected: string, actual: string): FileFormatError {
  return new FileFormatError({ operation: 'loadModel', argument, expected, actual });
}

function parse(text: string | undefined): JsonObject {
  if (text === undefined) throw refuse("metadata 'bptt'", 'present', 'missing: a safetensors file of another program');
  const value = parseJson('loadModel', "metadata 'bptt'", text) as JsonValue;
  return objectOf("metadata 'bptt'", value);
}

/** @throws FileFormatError if the bytes are not a whole model file of this version. */
export function openModelFile(bytes: Uint8Array): OpenedFile {
  const { metadata: held, tensors } = decodeTensorFile(bytes);
  // Whoever drops the checksum on purpose drops it whole: a key that one flipped bit makes of it would hide all other damage.
  const odd = Object.keys(held).find((key) => key !== 'format' && key !== 'bptt');
  if (odd !== undefined) throw refuse('metadata', 'format, bptt and checksum', quoted(odd));
  const description = parse(held.bptt);
  const { version, architecture, metadata } = description;
  if (version !== formatVersion) throw refuse('version', String(formatVersion), JSON.stringify(version));
  return {
    description, tensors, architecture: objectOf('architecture', architecture),
    metadata: { ...objectOf('metadata', metadata) } as Record<string, JsonValue>,
  };
}
