# Golden files of test/golden/data/r for baselines and tests of forecasts, from R's forecast package (Debian r-cran-forecast 8.20, R 4.2.2):
#   Rscript test/golden/forecast.R            writes them
# Nothing is random: the series come with R, and so do their licences (datasets package).
suppressMessages(library(forecast))
h <- 12
folder <- file.path(dirname(sub("^--file=", "", grep("^--file=", commandArgs(FALSE), value = TRUE))), "data", "r")

tensors <- list()
put <- function(name, value, shape = if (is.matrix(value)) dim(value) else length(value)) {
  # row-major, shortest decimals that give the number back
  data <- as.numeric(if (is.matrix(value)) t(value) else value)
  text <- vapply(data, function(v) { s <- sprintf("%.15g", v); if (as.numeric(s) != v) s <- sprintf("%.17g", v); s }, "")
  tensors[[name]] <<- sprintf('  "%s": {"shape": [%s], "data": [%s]}', name, paste(shape, collapse = ", "), paste(text, collapse = ", "))
}
scalar <- function(name, value) put(name, value, integer(0))
save <- function(name, metadata) {
  meta <- paste(sprintf('  "%s": "%s"', names(metadata), unlist(metadata)), collapse = ",\n")
  writeLines(paste0("{\"metadata\": {\n", meta, "\n}, \"tensors\": {\n", paste(unlist(tensors), collapse = ",\n"), "\n}}"), file.path(folder, paste0(name, ".json")))
  tensors <<- list()
}
source <- paste("R", getRversion(), "forecast", packageVersion("forecast"))

series <- list(
  Nile = Nile, AirPassengers = AirPassengers, UKgas = UKgas, nottem = nottem, WWWusage = WWWusage, lynx = lynx,
  DAX = ts(as.numeric(EuStockMarkets[1:400, "DAX"])), co2 = co2, LakeHuron = LakeHuron, tiny = ts(as.numeric(AirPassengers[1:60]) * 1e-9)
)

putForecast <- function(place, f) {
  put(paste0(place, "/mean"), f$mean)
  for (i in 1:2) {
    put(sprintf("%s/lower%d", place, c(80, 95)[i]), f$lower[, i])
    put(sprintf("%s/upper%d", place, c(80, 95)[i]), f$upper[, i])
  }
}

# The organisers of M4 forecast the series without its season by a multiplicative decomposition, where a test at 90 % finds one.
withoutSeason <- function(x) {
  m <- frequency(x)
  seasonal <- FALSE
  if (m > 1 && length(x) >= 3 * m) {
    r <- acf(x, lag.max = m, plot = FALSE)$acf[-1, 1, 1]
    seasonal <- abs(r[m]) > 1.645 * sqrt((1 + 2 * sum(r[-m]^2)) / length(x))
  }
  if (!seasonal) return(list(x = x, seasonal = 0, figure = rep(1, m), future = rep(1, h)))
  d <- decompose(x, type = "multiplicative")
  n <- length(x)
  list(x = x / d$seasonal, seasonal = 1, figure = d$figure, future = rep(d$seasonal[(n - m + 1):n], h)[1:h])
}

thetaLines <- function(x) {
  t <- seq_along(x)
  line <- lm(as.numeric(x) ~ t)
  curved <- ses(2 * as.numeric(x) - as.numeric(predict(line)), h = h)
  (as.numeric(predict(line, data.frame(t = length(x) + 1:h))) + as.numeric(curved$mean)) / 2
}

for (name in names(series)) {
  x <- series[[name]]
  put(paste0(name, "/values"), x)
  scalar(paste0(name, "/season"), frequency(x))
  plain <- ts(as.numeric(x))
  putForecast(paste0(name, "/noChange"), naive(plain, h = h))
  putForecast(paste0(name, "/seasonal"), snaive(x, h = h))
  putForecast(paste0(name, "/drift"), rwf(plain, h = h, drift = TRUE))
  fits <- list(ses = ses(plain, h = h), holt = holt(plain, h = h), dampedTrend = holt(plain, damped = TRUE, h = h))
  for (method in names(fits)) {
    f <- fits[[method]]
    place <- paste0(name, "/", method)
    putForecast(place, f)
    par <- f$model$par
    put(paste0(place, "/parameters"), par[intersect(c("alpha", "beta", "phi", "l", "b"), names(par))])
    scalar(paste0(place, "/sumOfSquares"), sum(f$residuals^2))
    scalar(paste0(place, "/aic"), f$model$aic)
  }
  fit <- ar(plain, method = "burg")
  ahead <- predict(fit, n.ahead = h)
  put(paste0(name, "/autoregression/coefficients"), fit$ar)
  scalar(paste0(name, "/autoregression/variance"), fit$var.pred)
  put(paste0(name, "/autoregression/aic"), fit$aic)
  put(paste0(name, "/autoregression/mean"), ahead$pred)
  put(paste0(name, "/autoregression/standardErrors"), ahead$se)
  adjusted <- withoutSeason(x)
  scalar(paste0(name, "/isSeasonal"), adjusted$seasonal)
  put(paste0(name, "/seasonalIndices"), adjusted$figure)
  put(paste0(name, "/naive2"), naive(adjusted$x, h = h)$mean * adjusted$future)
  put(paste0(name, "/theta"), thetaLines(adjusted$x) * adjusted$future)
}
additive <- decompose(nottem, type = "additive")
put("nottem/additiveIndices", additive$figure)
save("baselines", list(source = source, horizon = h, parameters = "alpha, beta, phi, l, b, as far as the method has them"))

# Errors h steps ahead over consecutive origins overlap, as those of real comparisons do.
errorsAhead <- function(x, steps, f) { n <- length(x); o <- 30:(n - steps); vapply(o, function(i) x[i + steps] - f(x[1:i], steps), 0) }
naiveOf <- function(x, k) x[length(x)]
driftOf <- function(x, k) x[length(x)] + k * (x[length(x)] - x[1]) / (length(x) - 1)
meanOf <- function(x, k) mean(tail(x, 5))
for (name in c("Nile", "WWWusage", "DAX")) for (steps in c(1, 3)) {
  x <- as.numeric(series[[name]])
  place <- sprintf("%s/%d", name, steps)
  e <- list(errorsAhead(x, steps, naiveOf), errorsAhead(x, steps, if (name == "DAX") driftOf else meanOf))
  put(paste0(place, "/first"), e[[1]])
  put(paste0(place, "/second"), e[[2]])
  for (power in 1:2) for (variance in c("acf", "bartlett")) {
    if (steps == 1 && variance == "bartlett") next # R 8.20 counts from 1 down to 0 there
    test <- function(a) suppressWarnings(dm.test(e[[1]], e[[2]], alternative = a, h = steps, power = power, varestimator = variance))
    at <- sprintf("%s/%s/%d", place, variance, power)
    scalar(paste0(at, "/horizon"), test("two.sided")$parameter[["Forecast horizon"]]) # 1 where R gave up on a negative variance
    scalar(paste0(at, "/statistic"), test("two.sided")$statistic)
    put(paste0(at, "/p"), vapply(c("two.sided", "less", "greater"), function(a) test(a)$p.value, 0))
  }
}
save("dieboldMariano", list(source = source, p = "two.sided, less, greater"))
