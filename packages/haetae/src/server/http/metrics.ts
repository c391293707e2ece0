/** Prometheus' text exposition format 0.0.4, as far as it is needed: counters, gauges, histograms with labels. */
type Labels = Readonly<Record<string, string>>;

interface Family {
  readonly name: string;
  readonly help: string;
  readonly type: 'counter' | 'gauge' | 'histogram';
  readonly samples: () => Iterable<readonly [suffix: string, labels: Labels, value: number]>;
}

export interface Counter {
  add(labels: Labels, by?: number): void;
  value(labels: Labels): number;
}
export interface Histogram {
  /** In the unit of the buckets. */
  observe(labels: Labels, value: number): void;
}

/** Different sets of labels of one family; a stranger who invents values cannot fill the memory. */
const MOST_SERIES = 1000;

export class Metrics {
  readonly #families: Family[] = [];

  counter(name: string, help: string): Counter {
    const series = new Map<string, { labels: Labels; value: number }>();
    const of = (labels: Labels) => seriesOf(series, labels, () => ({ labels, value: 0 }));
    this.#families.push({
      name,
      help,
      type: 'counter',
      samples: function* () {
        for (const { labels, value } of series.values()) yield ['', labels, value] as const;
      },
    });
    return {
      add: (labels, by = 1) => {
        of(labels).value += by;
      },
      value: (labels) => of(labels).value,
    };
  }

  /** Asked when it is shown. */
  gauge(name: string, help: string, read: () => number | Iterable<readonly [Labels, number]>): void {
    this.#families.push({
      name,
      help,
      type: 'gauge',
      samples: function* () {
        const value = read();
        if (typeof value === 'number') yield ['', {}, value] as const;
        else for (const [labels, one] of value) yield ['', labels, one] as const;
      },
    });
  }

  histogram(name: string, help: string, buckets: readonly number[]): Histogram {
    const series = new Map<string, { labels: Labels; counts: number[]; sum: number; count: number }>();
    this.#families.push({
      name,
      help,
      type: 'histogram',
      samples: function* () {
        for (const { labels, counts, sum, count } of series.values()) {
          for (let i = 0; i < buckets.length; i++)
            yield ['_bucket', { ...labels, le: String(buckets[i]) }, counts[i]!] as const;
          yield ['_bucket', { ...labels, le: '+Inf' }, count] as const;
          yield ['_sum', labels, sum] as const;
          yield ['_count', labels, count] as const;
        }
      },
    });
    return {
      observe: (labels, value) => {
        const one = seriesOf(series, labels, () => ({ labels, counts: buckets.map(() => 0), sum: 0, count: 0 }));
        for (let i = buckets.length - 1; i >= 0 && value <= buckets[i]!; i--) one.counts[i]!++;
        one.sum += value;
        one.count++;
      },
    };
  }

  /** The page that Prometheus reads. */
  text(): string {
    const lines: string[] = [];
    for (const { name, help, type, samples } of this.#families) {
      lines.push(`# HELP ${name} ${help.replace(/\\/g, '\\\\').replace(/\n/g, '\\n')}`, `# TYPE ${name} ${type}`);
      for (const [suffix, labels, value] of samples()) lines.push(`${name}${suffix}${labelText(labels)} ${value}`);
    }
    return `${lines.join('\n')}\n`;
  }
}

function seriesOf<T>(series: Map<string, T>, labels: Labels, make: () => T): T {
  const key = labelText(labels);
  let one = series.get(key);
  if (one === undefined) {
    one = make();
    if (series.size < MOST_SERIES) series.set(key, one);
  }
  return one;
}

function labelText(labels: Labels): string {
  const names = Object.keys(labels);
  if (names.length === 0) return '';
  const escaped = (value: string): string => value.replace(/\\/g, '\\\\').replace(/"/g, '\\"').replace(/\n/g, '\\n');
  return `{${names.map((name) => `${name}="${escaped(labels[name]!)}"`).join(',')}}`;
}
