/**
 * `npm run size`: what a user of each entry downloads (bundled with its dependencies, minified, gzipped), against
 * its budget. Needs `npm run build` first. An entry of package.json without a budget is an error.
 */
import { build } from 'esbuild';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { pathToFileURL } from 'node:url';
import process from 'node:process';
import { gzipSync } from 'node:zlib';

/** Gzipped kilobytes (1000 bytes). `bptt` is everything the entry exports, images and the WebAssembly kernels included. */
const BUDGETS = {
  '.': 145, // 150 before modules were text of one or two characters a byte; 147 before products knew their distances; 144 before parts of sequences were recomputed; 140 before loops of products were unrolled, packed weights kept, streams and parts of sequences (docs/decisions/kernels.md); 102 before attention, embeddings, transposed and separable convolution, further norms, optimisers, losses and metrics; 98 before kernels came apart by family, of which each has its own exp and tails, and before pointwise kernels; 95.5 before fit took batches one by one, 95 before hooks of callbacks were known by name, 93 before models checked what they are given, 88 before shared weights, freezing, models as layers, masks that follow their axis and options checked by name; the core is held to its own, see below; the rest is convolution with its kernels, residual blocks, threads, relaxed products
  './forecast': { atOnce: 71, onDemand: 16 }, // on demand: what the forecaster fetches to fit, forecast and load, in a program that has the library; at once: 54 before the forecaster, its checks and its file, of which a program that imports scores or scalers alone has nothing; 51 before conformal intervals of quantiles and tables of forecasts, 40.5 before CSV was read without Node, 34 before the baselines and scores of M4 and R, 20 before the search machinery, 26 before options were checked by name, 28 before outcomes of workers and records of searches were
  './explain': 20,
  './charts': 27, // 22.5 before layouts for narrow screens, dashes, shapes, names at lines, marks for outliers, and scales of pictures; 21 before options were checked by name; 18 before candlesticks as pixels and as SVG, three colour maps, the overlay, and pictures in reports
  './convert': { atOnce: 15, onDemand: 45 }, // what is loaded with the entry, and what each of its functions fetches besides
  './predict': 80, // all layers with their kernels in one file; a program names the few that it has, see PREDICT
  './gpu': 60, // 47 before attention, lookup and likelihoods had kernels; 42 before kernels came apart by family; with the wasm kernels, for `auto`; gpu.js is an optional peer and not counted
  './node': 46, // 45 before options that are undefined were left out everywhere, 40 before options of files were checked by name, and time declared; 44 before tasks and addresses were copied at the call
};

const root = join(import.meta.dirname, '..');
const { name, exports, peerDependencies } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
const entries = Object.entries(exports).filter(([, target]) => typeof target === 'object');

/**
 * What a program that trains loads at once, split as bundlers split it, and what it fetches besides once it trains:
 * the wasm core with the families it uses.
 */
const PROGRAM = {
  source: `export { Sequential, LSTM, Dense, Adam } from '${name}';`,
  atOnce: { label: 'LSTM, at once', budget: 44 }, // 42.5 before parts of sequences were recomputed; 42 before streams; 66.7 before kernels came apart by family and what runs steps was fetched
  toTrain: { label: 'LSTM, to train', budget: 30, modules: /(wasm[\\/](single|families[\\/]lstm)|training[\\/]running)\.js$/ }, // 30 before products knew their distances; 29.5 before the gates of the LSTM took whole vectors apart from what is left of them; 28.5 before products were unrolled and streams had states of their own; 28 before several batches could make one step, and rates be tried
};

/** A program that predicts and does nothing else, its kernels included, in one file. */
const PREDICT = {
  source: `import { Dense, LSTM, loadPredictor } from '${name}/predict'; export const load = (bytes) => loadPredictor(bytes, { layers: [LSTM, Dense] });`,
  label: 'LSTM, to predict', budget: 25, // 26 before what only threads, the way back and further streams call was apart; 25.5 before the time loop went in parts; 25 before weights stayed packed from run to run
};

/** Everything but images: what a recurrent model can use, kernels included. What is fetched only where it is asked for is not counted. */
const IMAGES = /^((Depthwise|Separable)?Conv|MaxPool|AveragePool|GlobalAveragePool|GlobalMaxPool|UpSampling|ZeroPad)[12]D(Transpose)?$|^Residual|^ResNet|^resnet/;
const CORE = { label: 'core + wasm', budget: 127 }; // 129 before modules were text of one or two characters a byte; 128 before products knew their distances; 125 before parts of sequences were recomputed; 122 before loops of products were unrolled, packed weights kept, streams and parts of sequences (docs/decisions/kernels.md); 84 before attention, embeddings, further norms, optimisers, losses and metrics, all of which this program holds; 76 before kernels came apart by family, which is what a program of all of them pays, and before pointwise kernels; 73.5 before fit took batches one by one, 73 before hooks of callbacks were known by name, 60 before options were checked by name, masks declared, weights shared; 70 before windows and BatchNorm knew them, 72 before models checked what they are given

/** Stands in for modules that are imported at run time: for images, for threads, for relaxed products. */
const withoutExtras = {
  name: 'without-extras',
  setup: ({ onLoad }) => onLoad({ filter: /wasm[\\/](families[\\/]convolution|threads|modules[\\/]relaxed)\.js$/ }, () => ({
    contents: 'export const family = undefined, threaded = undefined, text = undefined;',
  })),
};

const external = Object.keys(peerDependencies);

async function measure(options) {
  try {
    const { outputFiles } = await build({ bundle: true, minify: true, format: 'esm', write: false, target: 'es2022', logLevel: 'silent', external, ...options });
    const code = outputFiles[0].contents;
    return { minified: code.length / 1000, gzipped: gzipSync(code, { level: 9 }).length / 1000 };
  } catch (error) {
    return { problem: error.message };
  }
}

/** A program in chunks: those that its entry loads at once, and those behind the `import()` of some modules. */
async function split(contents) {
  const { outputFiles, metafile: { outputs } } = await build({
    stdin: { contents, resolveDir: root }, bundle: true, splitting: true, minify: true, format: 'esm', write: false, outdir: join(root, 'out'),
    target: 'es2022', platform: 'browser', logLevel: 'silent', metafile: true, external,
  });
  const sizes = new Map(Object.keys(outputs).map((path, i) => [path, outputFiles[i].contents]));
  const loaded = (entries) => {
    const found = new Set();
    const visit = (path) => {
      if (!outputs[path] || found.has(path)) return;
      found.add(path);
      for (const { kind, path: next } of outputs[path].imports) if (kind === 'import-statement') visit(next);
    };
    entries.forEach(visit);
    return found;
  };
  const entriesOf = (wanted) => Object.keys(outputs).filter((path) => outputs[path].entryPoint !== undefined && wanted.test(outputs[path].entryPoint));
  const atOnce = loaded(entriesOf(/^<stdin>$/));
  const fetched = Object.values(outputs).map(({ entryPoint }) => entryPoint).filter((path) => path !== undefined && path !== '<stdin>');
  return { sizes, atOnce, fetched, behind: (modules) => new Set([...loaded(entriesOf(modules))].filter((path) => !atOnce.has(path))) };
}

function sizeOf({ sizes }, chunks) {
  const contents = [...chunks].map((path) => sizes.get(path));
  const total = (measured) => contents.reduce((sum, code) => sum + measured(code), 0) / 1000;
  return { minified: total((code) => code.length), gzipped: total((code) => gzipSync(code, { level: 9 }).length) };
}

function row(...cells) {
  return cells.map((cell, i) => (i === 0 ? cell.padEnd(18) : cell.padStart(10))).join('');
}

/**
 * What an entry loads at once, and what each module of its own room that it fetches on demand brings to a program that has the library: a
 * reader makes models, which their layers are part of.
 */
async function reportSplit(subpath, { atOnce, onDemand }) {
  const own = subpath.replace('.', name);
  const alone = await split(`export * from '${own}';`);
  const room = join(dirname(exports[subpath].default));
  report(own, atOnce, sizeOf(alone, alone.atOnce));
  const entry = await split(`export * from '${name}'; export * from '${own}';`);
  for (const path of entry.fetched.filter((each) => join(each).startsWith(room))) {
    const label = relative(room, path).replace(/\.js$/, '');
    report(`  ${label}`, onDemand, sizeOf(entry, entry.behind(new RegExp(`${path.replaceAll('.', '\\.')}$`))));
  }
}

let over = 0;

function report(label, budget, { minified, gzipped, problem }) {
  const verdict = problem ?? (budget === undefined ? 'no budget' : gzipped > budget ? 'OVER' : 'ok');
  if (verdict !== 'ok') over++;
  const figures = [minified?.toFixed(1) ?? '-', gzipped?.toFixed(1) ?? '-', budget?.toFixed(1) ?? '-'];
  console.log(`${row(label, ...figures)}  ${verdict}`);
}

console.log(row('entry', 'minified', 'gzipped', 'budget', '') + '  (kB)');
for (const [subpath, target] of entries) {
  if (BUDGETS[subpath]?.atOnce !== undefined) {
    await reportSplit(subpath, BUDGETS[subpath]);
    continue;
  }
  const entry = join(root, target.default);
  const platform = subpath === './node' ? 'node' : 'browser';
  const plugins = subpath === './gpu' ? [withoutExtras] : [];
  const figures = existsSync(entry) ? await measure({ entryPoints: [entry], platform, plugins }) : { problem: 'not built' };
  report(subpath.replace('.', name), BUDGETS[subpath], figures);
}
const names = Object.keys(await import(pathToFileURL(join(root, exports['.'].default)))).filter((each) => !IMAGES.test(each));
report(CORE.label, CORE.budget, await measure({
  stdin: { contents: `export { ${names.join(', ')} } from '${name}';`, resolveDir: root }, platform: 'browser', plugins: [withoutExtras],
}));
const program = await split(PROGRAM.source);
report(PROGRAM.atOnce.label, PROGRAM.atOnce.budget, sizeOf(program, program.atOnce));
report(PROGRAM.toTrain.label, PROGRAM.toTrain.budget, sizeOf(program, program.behind(PROGRAM.toTrain.modules)));
report(PREDICT.label, PREDICT.budget, await measure({ stdin: { contents: PREDICT.source, resolveDir: root }, platform: 'browser' }));
process.exitCode = over === 0 ? 0 : 1;
