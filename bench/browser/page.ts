/** The benchmark page. `?only=W1,M2&backends=wasm&seconds=0.5&rounds=3` starts at once with that selection. */
import type { Backend } from 'bptt';
import { backendByName, backendNames } from '../backends.js';
import { imageWorkloads } from '../images.js';
import type { Row } from '../report.js';
import { runPlan } from './run.js';
import { ids } from '../catalogue.js';
import { gpuVerdict } from './verdicts.js';
import type { Found } from './verdicts.js';
import { find, showCharts, showFacts, showFailure, showForm, showRow, showWork, startTable } from './view.js';

/** What the page found, for tests and for the file. */
export interface BrowserBenchmark {
  readonly date: string;
  readonly browser: string;
  readonly threads: number;
  readonly crossOriginIsolated: boolean;
  readonly rounds: number;
  readonly seconds: number;
  readonly rows: readonly Row[];
  readonly failures: readonly string[];
}

declare global {
  interface Window { bpttBenchmark?: BrowserBenchmark }
}

/** Slow everywhere: gpu.js without a GPU is there for comparison, when asked for. */
const onRequest = ['gpu-webasm', 'gpu-cpu'];
const parameters = new URLSearchParams(location.search);
const listed = (name: string): string[] | undefined => parameters.get(name)?.split(',').filter(Boolean);

function browserName(): string {
  const [, name = '', version = ''] = /(Firefox|Edg|OPR|Chrome|Version)\/(\d+)/.exec(navigator.userAgent.replace(/Chrome\/\d+.*(?=Edg|OPR)/, '')) ?? [];
  return name === '' ? navigator.userAgent : `${({ Edg: 'Edge', OPR: 'Opera', Version: 'Safari', Chrome: 'Chromium' })[name] ?? name} ${version}`;
}

/** Two frames: the first runs before the page is drawn, the second after. */
function drawn(): Promise<void> {
  return new Promise((resolve) => {
    requestAnimationFrame(() => requestAnimationFrame(() => resolve()));
  });
}

const available = new Map<string, Backend>();
const reasons = new Map<string, string>();
for (const name of backendNames) {
  await backendByName(name).then((backend) => available.set(name, backend), (error: unknown) => {
    reasons.set(name, error instanceof Error ? error.message : String(error));
  });
}

// The choice made on the pages of the site.
const scheme = localStorage.getItem('vitepress-theme-appearance');
if (scheme === 'light' || scheme === 'dark') document.documentElement.style.colorScheme = scheme;

let running: AbortController | undefined;

async function run(chosenIds: readonly string[], chosen: readonly string[], seconds: number): Promise<void> {
  if (running) {
    running.abort();
    return;
  }
  const backends = new Map([...available].filter(([name]) => chosen.includes(name)));
  if (chosenIds.length === 0 || backends.size === 0) return;
  const names = [...backends.keys()];
  const controller = running = new AbortController();
  const button = find(HTMLButtonElement, '#run');
  const progress = find(HTMLProgressElement, '#progress');
  const status = find(HTMLElement, '#status');
  const save = find(HTMLButtonElement, '#save');
  const rounds = Number(parameters.get('rounds') ?? 3);
  let rows: Row[] = [];
  const failures: string[] = [];
  delete window.bpttBenchmark;
  save.hidden = true;
  button.textContent = 'Stop';
  startTable(chosenIds, backends);
  await runPlan({ ids: chosenIds, backends, seconds, rounds }, {
    async onWork(id, backend, what, done) {
      progress.value = done;
      status.textContent = `${what} ${id} on ${backend}`;
      showWork(id, backend, `${what}…`);
      await drawn();
    },
    onRow(row) {
      rows = [...rows.filter(({ id, subject }) => id !== row.id || subject !== row.subject), row];
      showRow(rows, row.id, names);
      showCharts(rows);
    },
    onFailure(id, backend, message) {
      failures.push(`${id} on ${backend}: ${message}`);
      showFailure(id, backend, message);
    },
  }, controller.signal);
  progress.value = controller.signal.aborted ? progress.value : 1;
  status.textContent = `${controller.signal.aborted ? 'Stopped' : 'Done'}: ${rows.length} figure${rows.length === 1 ? '' : 's'}${failures.length > 0 ? `, ${failures.length} failed` : ''}.`;
  button.textContent = 'Run again';
  save.hidden = rows.length === 0;
  window.bpttBenchmark = {
    date: new Date().toISOString(), browser: browserName(), threads: navigator.hardwareConcurrency, crossOriginIsolated, rounds, seconds, rows, failures,
  };
  running = undefined;
}

find(HTMLButtonElement, '#save').addEventListener('click', () => {
  const url = URL.createObjectURL(new Blob([JSON.stringify(window.bpttBenchmark, null, 2)], { type: 'application/json' }));
  Object.assign(document.createElement('a'), { href: url, download: 'bptt-browser-benchmark.json' }).click();
  URL.revokeObjectURL(url);
});

showFacts({
  Browser: browserName(),
  'Processor threads': String(navigator.hardwareConcurrency),
  'Shared memory': crossOriginIsolated ? 'yes, cross-origin isolated' : 'no: threads need cross-origin isolation',
  Date: new Date().toISOString().slice(0, 10),
});
const foundIn = (name: string): Found => ({ description: available.get(name)?.description, reason: reasons.get(name) });
find(HTMLElement, '#gpu').textContent = gpuVerdict(foundIn('gpu-webgpu'), foundIn('gpu-webgl2'));
const wanted = listed('backends');
const only = listed('only')?.filter((id) => ids.includes(id));
const seconds = Number(parameters.get('seconds') ?? 0.5);
const chosen = [...available.keys()].filter((name) => wanted?.includes(name) ?? !onRequest.includes(name));
showForm({
  ids, seconds, chosenIds: only ?? ids.filter((id) => !(id in imageWorkloads)), // a step of W11 takes seconds and 1.2 GB
  backends: Object.fromEntries(backendNames.map((name) => [name, {
    text: available.get(name)?.description ?? reasons.get(name) ?? '', missing: !available.has(name), chosen: chosen.includes(name),
  }])),
}, (picked, names, time) => void run(picked, names, time));
if (only) await run(only, chosen, seconds);
