/** Threads as the host offers them: worker_threads in Node, Web Workers in browsers. */

/** A thread that lives until it is stopped, and does not keep the process alive. */
export interface Helper {
  post(message: unknown): void;
  stop(): void;
}

/** Node's threads, where this is Node. Asked for where threads are wished, and not before: Node 20 takes milliseconds to load them. */
const nodeThreads = () => (typeof process === 'undefined' ? undefined : process.getBuiltinModule?.('node:worker_threads'));

/** Threads that can run at the same time. */
export function hardwareThreads(): number {
  if (nodeThreads()) return process.getBuiltinModule('node:os').availableParallelism();
  return navigator.hardwareConcurrency;
}

/** Why no second thread can share memory here, if none can. */
export function threadObstacle(): string | undefined {
  if (typeof SharedArrayBuffer === 'undefined') return 'no SharedArrayBuffer here; in browsers it needs cross-origin isolation';
  return nodeThreads() || typeof Worker !== 'undefined' ? undefined : 'no workers here';
}

/** Starts a worker from its source text, so that no file has to be found at run time. */
export function startHelper(source: string): Helper {
  const node = nodeThreads();
  if (node) {
    const worker = new node.Worker(source, { eval: true });
    worker.on('error', () => undefined); // the work it would have taken stays with the others
    worker.unref();
    return { post: (message) => worker.postMessage(message), stop: () => void worker.terminate() };
  }
  const url = URL.createObjectURL(new Blob([source], { type: 'text/javascript' }));
  const worker = new Worker(url);
  return {
    post: (message) => worker.postMessage(message),
    stop() {
      worker.terminate();
      URL.revokeObjectURL(url);
    },
  };
}
