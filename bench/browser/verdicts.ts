/** What figures of a GPU mean, in words for who reads them. */
import { about } from '../catalogue.js';
import { breakEven } from '../report.js';
import type { Row } from '../report.js';

/** What a backend says of itself, or why there is none. */
export interface Found { readonly description?: string | undefined; readonly reason?: string | undefined }

/** @param webgpu, webgl2 the two modes in which gpu.js reaches a GPU. */
export function gpuVerdict(webgpu: Found, webgl2: Found): string {
  const real = [webgpu, webgl2].flatMap(({ description }) => (description !== undefined && !description.includes('(software)') ? [description] : []));
  if (real.length > 0) return `A GPU is here: ${real.join('; ')}.`;
  if (webgpu.description !== undefined || webgl2.description !== undefined) {
    return 'There is no GPU here, only a software adapter: it computes on the processor, and its figures say nothing about a GPU.';
  }
  return `There is no GPU here: CPU against GPU cannot be measured on this machine. WebGPU: ${webgpu.reason ?? 'missing'} WebGL2: ${webgl2.reason ?? 'missing'}`;
}

/** From which product on the GPU pays, and at which training steps. */
export function breakEvenSaid(rows: readonly Row[], subject: string): string {
  const from = breakEven(rows, subject);
  const time = (id: string, of: string): number => rows.find((row) => row.id === id && row.subject === of)?.median ?? NaN;
  const steps = [...new Set(rows.filter(({ id }) => id.startsWith('W')).map(({ id }) => id))].filter((id) => Number.isFinite(time(id, subject) + time(id, 'bptt wasm')));
  const wins = steps.filter((id) => time(id, subject) < time(id, 'bptt wasm'));
  const ofSteps = steps.length === 0 ? 'no training step has been measured on both' : wins.length === 0 ? `at none of ${steps.length} training steps` : `of ${steps.length} training steps at ${wins.map((id) => `${id} (${about(id)})`).join(', ')}`;
  const software = rows.some((row) => row.subject === subject && row.backend.includes('(software)')) ? ' This is a software adapter: it says nothing about a GPU.' : '';
  return `${subject} overtakes wasm ${from === undefined ? 'at no measured product' : `from the ${about(from)} on`}; ${ofSteps}.${software}`;
}
