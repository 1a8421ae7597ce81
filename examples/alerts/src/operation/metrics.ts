/** Figures in the text format of Prometheus: counters, gauges and histograms of seconds. */

type Labels = Readonly<Record<string, string>>;

export interface Metrics {
  count(name: string, help: string, labels?: Labels, by?: number): void;
  gauge(name: string, help: string, value: number, labels?: Labels): void;
  seconds(name: string, help: string, value: number, labels?: Labels): void;
  text(): string;
}

const BOUNDS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];

interface Family { help: string; type: 'counter' | 'gauge' | 'histogram'; values: Map<string, number> }

export function createMetrics(): Metrics {
  const families = new Map<string, Family>();
  const family = (name: string, help: string, type: Family['type']): Family => {
    const known = families.get(name) ?? { help, type, values: new Map<string, number>() };
    families.set(name, known);
    return known;
  };
  const add = ({ values }: Family, series: string, by: number): void => { values.set(series, (values.get(series) ?? 0) + by); };
  return {
    count: (name, help, labels, by = 1) => { add(family(name, help, 'counter'), series(name, labels), by); },
    gauge: (name, help, value, labels) => { family(name, help, 'gauge').values.set(series(name, labels), value); },
    seconds: (name, help, value, labels) => {
      const histogram = family(name, help, 'histogram');
      for (const bound of BOUNDS) add(histogram, series(`${name}_bucket`, { ...labels, le: String(bound) }), value <= bound ? 1 : 0);
      add(histogram, series(`${name}_bucket`, { ...labels, le: '+Inf' }), 1);
      add(histogram, series(`${name}_sum`, labels), value);
      add(histogram, series(`${name}_count`, labels), 1);
    },
    text: () => [...families].flatMap(([name, { help, type, values }]) => [
      `# HELP ${name} ${help}`, `# TYPE ${name} ${type}`, ...[...values].map(([key, value]) => `${key} ${value}`),
    ]).join('\n') + '\n',
  };
}

function series(name: string, labels: Labels = {}): string {
  const parts = Object.entries(labels).map(([key, value]) => `${key}="${value.replace(/[\\"\n]/g, (c) => (c === '\n' ? '\\n' : `\\${c}`))}"`);
  return parts.length === 0 ? name : `${name}{${parts.join(',')}}`;
}
