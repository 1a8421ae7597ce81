/** How long something will still take, from how far it has come since it was first heard of: what went on after a stop began in its midst. */

/** Tells, share by share (0 to 1), the milliseconds that are left; undefined until there are two to compare. */
export function createRemaining(now: () => number = () => performance.now()): (share: number) => number | undefined {
  let first: { readonly share: number; readonly at: number } | undefined;
  return (share) => {
    first ??= { share, at: now() };
    return share > first.share ? ((1 - share) * (now() - first.at)) / (share - first.share) : undefined;
  };
}

/** In the two largest units: 2 d 3 h, 5 h 20 min, 12 min. */
export function durationOf(milliseconds: number): string {
  const minutes = Math.round(milliseconds / 60_000);
  const [days, hours] = [Math.floor(minutes / 1440), Math.floor((minutes % 1440) / 60)];
  if (days > 0) return `${days} d ${hours} h`;
  if (hours > 0) return `${hours} h ${minutes % 60} min`;
  return minutes > 0 ? `${minutes} min` : 'less than a minute';
}
