/** What others reached on the 414 hourly series (Makridakis, Spiliotis & Assimakopoulos 2020): means over the series. */
export const PUBLISHED: readonly { readonly name: string; readonly smape?: number; readonly mase?: number; readonly owa?: number; readonly msis?: number }[] = [
  { name: 'ES-RNN, the winner', smape: 9.328, mase: 0.893, owa: 0.440, msis: 7.928 },
  { name: 'second place', smape: 11.506, mase: 0.819, owa: 0.484 },
  { name: 'ARIMA', msis: 7.538 },
  { name: 'ETS', msis: 17.487 },
  { name: 'the organisers’ RNN', smape: 14.698, mase: 3.048, owa: 1.036 },
  { name: 'Theta', smape: 18.138, mase: 2.455, owa: 1.006 },
  { name: 'Naive2', smape: 18.383, mase: 2.395, owa: 1 },
];

/** What this example is held to. */
export const TARGETS = { smape: 8.6, mase: 0.72, msis: 5.6, coverage: [0.93, 0.97] } as const;
