#!/usr/bin/env bash
# R's forecast 8.20: the fit of ses() depends on the unit of the series.
#
# Common belief: exponential smoothing is fitted alike whether passengers are counted singly or in billions.
# Behaviour: the tolerance of the search has an absolute floor (intol = sqrt(eps), squared: 2e-16), compared with mean squared errors. A series of numbers
#   about 1e-7 keeps the alpha that the search began near, and 77 % more squared error than it need have. No warning.
# So here: series are fitted in units of their own spread (src/forecast/baselines/smoothing.ts), and a test scales them by 1e-150 and 3e150.
#
# Needs Rscript with forecast (Debian: r-cran-forecast). Seen: 2026-11-29, R 4.2.2, forecast 8.20:
#   unit 1: alpha 0.9999, squares 17660; unit 1e-09: alpha 0.2201, squares 31248
set -euo pipefail
command -v Rscript >/dev/null || { echo 'Rscript is missing: apt-get install r-cran-forecast'; exit 2; }
Rscript -e '
suppressMessages(library(forecast))
x <- as.numeric(AirPassengers[1:60])
fit <- function(unit) { model <- ses(x * unit)$model; c(model$par[["alpha"]], sum(model$residuals^2) / unit^2) }
whole <- fit(1); small <- fit(1e-9)
cat(sprintf("unit 1: alpha %.4f, squares %.0f; unit 1e-09: alpha %.4f, squares %.0f\n", whole[1], whole[2], small[1], small[2]))
stopifnot(small[2] > 1.5 * whole[2])
'
