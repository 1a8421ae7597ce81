/** What stands where. Every page of docs/ is in here or in the build's complaint (scripts/site.mjs). */
import type { DefaultTheme } from 'vitepress';

const page = (text: string, name: string): DefaultTheme.SidebarItem => ({ text, link: `/${name}` });

export const nav: DefaultTheme.NavItem[] = [
  { text: 'Start', link: '/' },
  { text: 'Derivations', link: '/bptt' },
  { text: 'Explorer', link: '/explorer/index.html', target: '_self' },
  { text: 'Open a file', link: '/opener/index.html', target: '_self' },
  { text: 'Benchmark', link: '/benchmark/index.html', target: '_self' },
  { text: 'API', link: '/api/index.html', target: '_self' },
];

export const sidebar: DefaultTheme.SidebarItem[] = [
  {
    text: 'Derivations',
    items: [
      page('Backpropagation through time', 'bptt'), page('LSTM', 'lstm'), page('GRU', 'gru'), page('Gradient flow', 'gradient-flow'), page('Masks', 'masks'),
      page('Attention', 'attention'), page('Convolution', 'convolution'), page('Layers', 'layers'), page('Sequence layers', 'sequence-layers'),
      page('Losses and metrics', 'losses'), page('Adam', 'adam'), page('Optimisers', 'optimizers'), page('Errors in the sources', 'errata'),
    ],
  },
  {
    text: 'Guide',
    items: [
      page('All pages', 'contents'), page('About the explorer', 'explorer'), page('From Keras', 'from-keras'), page('From PyTorch', 'from-pytorch'), page('Cells of one\'s own', 'cells'), page('Change a gate', 'change-a-gate'),
      page('Data', 'data'), page('Training', 'training'), page('What did it look at?', 'explain'), page('Charts and reports', 'charts'), page('One step at a time', 'streaming'), page('In a worker', 'worker'), page('A program that only predicts', 'predict'), page('In browsers', 'browsers'), page('Benchmarks', 'benchmarks'), { text: 'Benchmark on your machine', link: '/benchmark/index.html', target: '_self' },
    ],
  },
  {
    text: 'Forecasting',
    items: [
      page('Overview', 'forecast'), page('The command', 'command'), page('The forecaster', 'forecaster'), page('Many series', 'many-series'), page('Intervals', 'intervals'), page('CSV', 'csv'),
      page('Baselines', 'baselines'), page('Judging forecasts', 'forecast-evaluation'), page('Search and backtest', 'search'),
    ],
  },
  {
    text: 'Models in and out',
    items: [page('Overview', 'convert'), page('Open a file', 'opener'), page('PyTorch', 'convert-torch'), page('Keras and TensorFlow.js', 'convert-keras'), page('ONNX', 'convert-onnx')],
  },
  {
    text: 'Studies',
    items: [
      page('Sine wave and index', 'studies/sine-and-index'), page('Rolling windows', 'studies/rolling-window'), page('Width and depth', 'studies/width-and-depth'),
      page('Cyclical industry', 'studies/cyclical-industry'), page('CNN-LSTM', 'studies/cnn-lstm'), page('M4 Hourly', 'studies/m4-hourly'),
      page('The alert service', 'alerts'),
    ],
  },
];
