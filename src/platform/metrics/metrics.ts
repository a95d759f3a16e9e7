import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';

export interface Metrics {
  /** Notes a request that was answered: the route's name, the status, and how long it took. */
  request: (route: string, status: number, seconds: number) => void;
  /** Declares a counter, and gives what counts: `count({ outcome: 'refused' })`. */
  counter: <L extends string = never>(
    name: string,
    help: string,
    labels?: readonly L[],
  ) => (labels?: Record<L, string>) => void;
  /** Declares a gauge that is read when the metrics are. */
  gauge: (name: string, help: string, read: () => number) => void;
  /** All of it in the Prometheus text format. */
  text: () => Promise<string>;
  contentType: string;
}

/** A registry with the process's own metrics and the request histogram. Names get the prefix `carillon_`. */
export function createMetrics(): Metrics {
  const registry = new Registry();
  const registers = [registry];
  collectDefaultMetrics({ register: registry });
  const requests = new Histogram({
    name: 'carillon_http_request_seconds',
    help: 'Time from the request to the end of its answer.',
    labelNames: ['route', 'status'],
    buckets: [0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 5],
    registers,
  });
  return {
    request: (route, status, seconds) => requests.observe({ route, status: String(status) }, seconds),
    counter: (name, help, labels = []) => {
      const counter = new Counter({ name: `carillon_${name}`, help, labelNames: [...labels], registers });
      return (values) => (values ? counter.inc(values) : counter.inc());
    },
    gauge: (name, help, read) => {
      void new Gauge({
        name: `carillon_${name}`,
        help,
        registers,
        collect() {
          this.set(read());
        },
      });
    },
    text: () => registry.metrics(),
    contentType: registry.contentType,
  };
}
