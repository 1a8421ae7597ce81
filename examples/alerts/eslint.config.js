/** The rules of the library where they fit: random values here are secrets, from node:crypto, and a service may write to its log. */
import js from '@eslint/js';
import regexp from 'eslint-plugin-regexp';
import ts from 'typescript-eslint';
import { banDoubleAssertion, linear, typed } from '../../eslint.config.js';

/** What scripts of pages and the service worker find there. */
const BROWSER = [
  'DOMParser', 'EventSource', 'FormData', 'Notification', 'Response', 'URL', 'URLSearchParams', 'addEventListener', 'atob', 'clearTimeout', 'clients', 'document',
  'fetch', 'location', 'navigator', 'registration', 'setTimeout', 'skipWaiting', 'window',
];

export default ts.config(
  { ignores: ['dist/', 'node_modules/'] },
  { linterOptions: { reportUnusedDisableDirectives: 'error' } },
  js.configs.recommended,
  {
    files: ['**/*.ts', '**/*.tsx'],
    extends: [ts.configs.recommendedTypeChecked, ts.configs.stylisticTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: typed,
  },
  {
    rules: {
      'no-restricted-properties': ['error', { object: 'Math', property: 'random', message: 'Seeded, or a secret from node:crypto.' }],
      eqeqeq: 'error',
      'no-var': 'error',
      'prefer-const': 'error',
    },
  },
  {
    files: ['src/**/*.ts', 'src/**/*.tsx', 'scripts/**/*.mjs'],
    plugins: { regexp },
    rules: linear,
  },
  {
    files: ['src/**/*.ts', 'src/**/*.tsx'],
    rules: {
      '@typescript-eslint/no-non-null-assertion': 'error',
      'no-console': 'error',
      'no-restricted-syntax': ['error', banDoubleAssertion],
      'max-lines': ['error', { max: 250, skipBlankLines: true, skipComments: true }],
    },
  },
  {
    files: ['test/**/*.ts', 'test/**/*.tsx'],
    rules: { '@typescript-eslint/no-non-null-assertion': 'off', '@typescript-eslint/no-empty-function': 'off' },
  },
  {
    files: ['assets/**/*.js'],
    languageOptions: { globals: Object.fromEntries(BROWSER.map((name) => [name, 'readonly'])) },
  },
  {
    files: ['*.js', 'scripts/**/*.mjs'],
    languageOptions: { globals: { console: 'readonly', performance: 'readonly', setTimeout: 'readonly', clearTimeout: 'readonly' } },
  },
);
