/**
 * Whether sharing pays on this machine at this time. A second core may be busy with other programs, or slow to pass memory on,
 * and waiting for it then costs more than it saves. So both ways are tried in turn for a short while, by the clock and against
 * the estimates of the same calls, and the faster one is kept for a longer while.
 */

/** Estimated milliseconds of large calls in a trial of one way. */
const trial = 30;
/** And until the next trials: each time twice as long, as the first trials meet cold code and helpers that are not up. */
const kept = { first: 40, last: 640 } as const;
/** Sharing is given up only where it is clearly slower: trials are short, and W7 lost a fifth to ties that went the wrong way. */
const benefitOfDoubt = 1.15;

export class Choice {
  /** The present way. */
  shared = true;
  private trying = true;
  private estimated = 0;
  private taken = 0;
  /** Time taken against the estimate in the last trial of sharing. */
  private whenShared = 0;
  private span: number = kept.first;

  /** Takes note of a large call, in ms. */
  note(estimate: number, time: number): void {
    this.estimated += estimate;
    this.taken += time;
    if (this.estimated < (this.trying ? trial : this.span)) return;
    const ratio = this.taken / this.estimated;
    this.estimated = this.taken = 0;
    if (!this.trying) {
      this.trying = this.shared = true;
      this.span = Math.min(2 * this.span, kept.last);
    } else if (this.shared) {
      this.whenShared = ratio;
      this.shared = false;
    } else {
      this.shared = this.whenShared < benefitOfDoubt * ratio;
      this.trying = false;
    }
  }
}
