#!/usr/bin/env bash
# R's forecast 8.20: MASE depends on whether the test values are a time series or a plain vector, that of the training set too.
#
# Common belief: the scale of MASE comes from the training set: "MAE of training set naive forecasts for non-seasonal time series, training set
#   seasonal naive forecasts for seasonal time series" (?accuracy), and x may be "a numerical vector containing actual values of the same length".
# Behaviour: whether the scale is seasonal is decided by frequency(x), of the test values. Of a plain vector, such as y[121:144] or a column of a
#   table, that is 1: every MASE of a monthly model is then scaled by the naive forecast of one month, here 29 % larger, in the training row too, where
#   test values have no part. ME, RMSE, MAE and MAPE are the same. No warning. The source of 9.0.2 decides alike.
# So here: `season` is an argument of `mase`, beside the training series that gives the scale (docs/forecast-evaluation.md).
#
# Needs Rscript with forecast (Debian: r-cran-forecast). Seen: 2026-11-30, R 4.2.2, forecast 8.20, seasonal naive, MASE of training and test set:
#   time series 1.000 2.494, plain vector 1.289 3.215, by hand 1.000 2.494
set -euo pipefail
command -v Rscript >/dev/null || { echo 'Rscript is missing: apt-get install r-cran-forecast'; exit 2; }
Rscript -e '
suppressMessages(library(forecast))
train <- window(AirPassengers, end = c(1958, 12)); test <- window(AirPassengers, start = c(1959, 1))
fit <- snaive(train, h = 24)
series <- accuracy(fit, test); plain <- accuracy(fit, as.numeric(test))
scale <- mean(abs(diff(as.numeric(train), lag = 12)))
hand <- c(mean(abs(residuals(fit)), na.rm = TRUE), mean(abs(as.numeric(test) - as.numeric(fit$mean)))) / scale
show <- function(values) paste(sprintf("%.3f", values), collapse = " ")
cat(sprintf("time series %s, plain vector %s, by hand %s\n", show(series[, "MASE"]), show(plain[, "MASE"]), show(hand)))
stopifnot(all.equal(unname(series[, "MASE"]), hand))
stopifnot(all.equal(series[, c("ME", "RMSE", "MAE", "MAPE")], plain[, c("ME", "RMSE", "MAE", "MAPE")]))
stopifnot(plain[, "MASE"] > 1.2 * hand)
'
