/** Jobs of one queue, seen to their end: events only say when to look, so that nothing hangs on one that was missed. */
import type { Job, Queue, QueueEvents } from 'bullmq';
import { CANCELLED, gaveUp, within } from './redisConnection.js';
import type { QueuedTrial } from './redisConnection.js';

/** Milliseconds between two looks at a job of which no event tells. */
const LOOK = 2000;
/** Milliseconds that whoever cancels a job waits for the worker that has it. */
const FAREWELL = 5000;
/** Seconds that outcomes which nobody fetches stay in Redis: a week. */
const KEEP = { age: 7 * 24 * 3600 };

export class QueueJobs {
  private readonly sleepers = new Map<string, Set<() => void>>();

  constructor(private readonly queue: Queue<QueuedTrial>, events: QueueEvents) {
    events.on('completed', ({ jobId }) => { this.wake(jobId); });
    events.on('failed', ({ jobId }) => { this.wake(jobId); });
  }

  /**
   * Hands the job out and waits for its end; hands it out again if Redis has lost it. A job of this name that is there
   * already, from before this process began, is taken over.
   *
   * @throws the reason of the signal; the job is then cancelled.
   */
  async finished(id: string, data: QueuedTrial, signal: AbortSignal): Promise<Job<QueuedTrial>> {
    let stop = (_: Error): void => undefined;
    const stopped = new Promise<never>((_, reject) => { stop = reject; });
    const onAbort = (): void => {
      stop(signal.reason as Error);
      this.wake(id);
    };
    signal.addEventListener('abort', onAbort);
    try {
      return await Promise.race([this.follow(id, data, signal), stopped]);
    } catch (error) {
      // Redis may be away: then the job is found flagged, or not at all, when it comes back.
      if (signal.aborted) await within(FAREWELL, this.cancel(id)).catch(() => undefined);
      throw error;
    } finally {
      signal.removeEventListener('abort', onAbort);
    }
  }

  private async follow(id: string, data: QueuedTrial, signal: AbortSignal): Promise<Job<QueuedTrial>> {
    for (let first = true; ; first = false) {
      const woken = this.sleep(id, LOOK);
      const job: Job<QueuedTrial> | undefined = await this.queue.getJob(id);
      signal.throwIfAborted();
      const ended = job?.finishedOn !== undefined;
      // What failed before this process began failed with the workers of that time, or was stopped: a new attempt.
      const outdated = ended && job.failedReason && !gaveUp(job.failedReason) && (first || job.failedReason === CANCELLED);
      if (ended && !outdated) {
        this.wake(id);
        return job;
      }
      if (outdated) await job.remove();
      if (outdated || !job) await this.queue.add('trial', data, { jobId: id, removeOnComplete: KEEP, removeOnFail: KEEP });
      await woken;
      signal.throwIfAborted();
    }
  }

  /** Takes a job back; if a worker has it, tells that worker and waits until the trial has ended there. */
  private async cancel(id: string): Promise<void> {
    for (let told = false; ; told = true) {
      const woken = this.sleep(id, LOOK / 10);
      const job: Job<QueuedTrial> | undefined = await this.queue.getJob(id);
      if (!job || await job.remove().then(() => true, () => false)) return;
      if (!told) await job.updateData({ ...job.data, cancelled: true });
      await woken;
    }
  }

  private sleep(id: string, milliseconds: number): Promise<void> {
    return new Promise((resolve) => {
      const sleepers = this.sleepers.get(id) ?? new Set();
      const wake = (): void => {
        clearTimeout(timer);
        resolve();
      };
      const timer = setTimeout(() => { this.wake(id); }, milliseconds);
      this.sleepers.set(id, sleepers.add(wake));
    });
  }

  private wake(id: string): void {
    for (const wake of this.sleepers.get(id) ?? []) wake();
    this.sleepers.delete(id);
  }
}
