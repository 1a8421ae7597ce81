import js from '@eslint/js';
import regexp from 'eslint-plugin-regexp';
import ts from 'typescript-eslint';

const banMathRandom = [
  'error',
  { object: 'Math', property: 'random', message: 'One seed, one run: use src/random.ts.' },
];

const banGlobalMathRandom = {
  selector: "MemberExpression[object.property.name='Math'][property.name='random']",
  message: 'One seed, one run: use src/random.ts.',
};

export const banDoubleAssertion = {
  selector: 'TSAsExpression > TSAsExpression.expression',
  message: 'A double assertion hides a wrong type: narrow the value, or fix the type.',
};

/** In kernels an index is in range by the loop's own bounds, and a check per element would cost; nowhere else. */
const banNonNullButIndex = {
  selector: "TSNonNullExpression:not([expression.type='MemberExpression'][expression.computed=true])",
  message: "In kernels only an indexed read, 'a[i]!', may drop undefined.",
};

/** Everything under src/ runs in browsers, src/node/ and the command in src/cli/ excepted. */
const banNodeImports = { regex: '^node:', message: 'Only src/node/ and src/cli/ may import Node modules.' };

/** The mathematics is written once, against the contract in src/backend.ts. */
const banBackendImports = { regex: '/backends/', message: 'Write against src/backend.ts; a backend is passed in.' };

/** Rooms of one house, the lowest first: each may import those before it, never one after it. */
const HOUSES = {
  charts: ['plots', 'images', 'candlesticks', 'report'],
  forecast: ['series', 'scalers', 'windows', 'baselines', 'evaluation', 'search', 'forecaster'],
  models: ['graph', 'training', 'files'],
};

const roomRules = Object.entries(HOUSES).flatMap(([house, rooms]) => rooms.map((room, i) => {
  const above = [...rooms.slice(i + 1).map((name) => `/${name}/`), ...(house === 'models' ? ['/(model|sequential|load)\\.js$'] : [])];
  const patterns = above.map((regex) => ({ regex: `^\\.\\.${regex}`, message: `${house}: ${rooms.join(' ← ')}; nothing imports a room above its own.` }));
  return { files: [`src/${house}/${room}/**/*.ts`], rules: { 'no-restricted-imports': ['error', { patterns: [banNodeImports, ...patterns] }] } };
}));

/** Formats share `bytes/` and nothing else: who reads one does not load another. */
const FORMATS = ['torch', 'keras', 'tensorflowjs', 'onnx'];

/** A layers model of TensorFlow.js is a Keras model in another wrapping. */
const KIN = { tensorflowjs: 'keras' };

const formatRules = FORMATS.map((format) => {
  const patterns = FORMATS.filter((other) => other !== format && other !== KIN[format]).map((other) => ({ regex: `^\\.\\./${other}/`, message: 'convert: formats do not import each other; what they share lies in bytes/.' }));
  return { files: [`src/convert/${format}/**/*.ts`], rules: { 'no-restricted-imports': ['error', { patterns: [banNodeImports, ...patterns] }] } };
});

/** Rules of every TypeScript file, here and in workspaces. */
export const typed = {
  '@typescript-eslint/consistent-type-assertions': ['error', { assertionStyle: 'as' }],
  '@typescript-eslint/consistent-type-imports': 'error',
  '@typescript-eslint/no-import-type-side-effects': 'error',
  '@typescript-eslint/no-deprecated': 'error',
  '@typescript-eslint/consistent-type-definitions': 'off',
  '@typescript-eslint/consistent-indexed-object-style': 'off',
  '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
  '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
  '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true, allowBoolean: true }],
  // Index loops are how kernels are written; async methods keep their promise even where they need not wait.
  '@typescript-eslint/prefer-for-of': 'off',
  '@typescript-eslint/require-await': 'off',
};

/** Text from outside meets regular expressions: time must grow as the text does. */
export const linear = {
  'regexp/no-super-linear-backtracking': ['error', { report: 'potential' }],
  'regexp/no-super-linear-move': ['error', { report: 'potential', ignorePartial: false }],
};

/**
 * ESLint hands parsers `#!` as `//`. For the project service the file would differ from the one on disk, so that it would check the types of
 * the whole project anew; here it is given back as it is.
 */
const parserOfPrograms = {
  ...ts.parser,
  parseForESLint: (code, options) => ts.parser.parseForESLint(code.replace(/^\/\//, '#!'), options),
};

export default ts.config(
  { ignores: ['dist/', 'out/', 'node_modules/', 'src/backends/wasm/assembly/', 'docs/.vitepress/', 'examples/alerts/'] },
  { linterOptions: { reportUnusedDisableDirectives: 'error' } },
  js.configs.recommended,
  {
    files: ['**/*.ts'],
    extends: [ts.configs.recommendedTypeChecked, ts.configs.stylisticTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: typed,
  },
  { files: ['src/cli/main.ts'], languageOptions: { parser: parserOfPrograms } },
  {
    rules: {
      'no-restricted-properties': banMathRandom,
      'no-restricted-syntax': ['error', banGlobalMathRandom],
      eqeqeq: 'error',
      'no-var': 'error',
      'prefer-const': 'error',
    },
  },
  {
    files: ['src/**/*.ts', 'examples/**/*.ts', 'scripts/**/*.mjs'],
    plugins: { regexp },
    rules: linear,
  },
  {
    files: ['src/**/*.ts'],
    rules: {
      '@typescript-eslint/ban-ts-comment': [
        'error',
        { 'ts-ignore': true, 'ts-expect-error': true, 'ts-nocheck': true, 'ts-check': true },
      ],
      '@typescript-eslint/no-non-null-assertion': 'error',
      'no-console': 'error',
      'no-restricted-syntax': ['error', banGlobalMathRandom, banDoubleAssertion],
      'max-lines': ['error', { max: 250, skipBlankLines: true, skipComments: true }],
    },
  },
  {
    files: ['src/backends/**/*.ts'],
    rules: {
      '@typescript-eslint/no-non-null-assertion': 'off',
      // Kernels are records of functions that never see `this`.
      '@typescript-eslint/unbound-method': 'off',
      'no-restricted-syntax': ['error', banGlobalMathRandom, banDoubleAssertion, banNonNullButIndex],
    },
  },
  {
    files: ['src/**/*.ts'],
    ignores: ['src/node/**', 'src/cli/**'],
    rules: { 'no-restricted-imports': ['error', { patterns: [banNodeImports] }] },
  },
  {
    files: ['src/{cells,layers,blocks,losses,optimizers}/**/*.ts'],
    rules: { 'no-restricted-imports': ['error', { patterns: [banNodeImports, banBackendImports] }] },
  },
  ...roomRules,
  ...formatRules,
  {
    files: ['test/**/*.ts', 'bench/**/*.ts', 'examples/**/*.ts'],
    rules: {
      // Tests pass wrong types on purpose; a comment says which.
      '@typescript-eslint/ban-ts-comment': ['error', { 'ts-expect-error': 'allow-with-description' }],
      '@typescript-eslint/no-non-null-assertion': 'off',
      '@typescript-eslint/no-empty-function': 'off',
    },
  },
  {
    files: ['**/*.js', '**/*.mjs'],
    languageOptions: { globals: { console: 'readonly', performance: 'readonly', setTimeout: 'readonly', clearTimeout: 'readonly' } },
  },
);
