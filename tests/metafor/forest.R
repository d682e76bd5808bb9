# What metafor draws for the rows of cases.csv, as fractions of the axis:
#   Rscript forest.R cases.csv > expected.csv
# The places are those of the drawing calls themselves, taken from the
# device's display list, not computed here.
suppressPackageStartupMessages(library(metafor))
args <- commandArgs(trailingOnly = TRUE)
rows <- read.csv(args[1], stringsAsFactors = FALSE)

# Graphics calls of what `draw` draws: name of the C routine and arguments.
calls_of <- function(draw) {
	pdf(NULL)
	on.exit(dev.off())
	dev.control(displaylist = "enable")
	draw()
	lapply(recordPlot()[[1]], function(call) {
		args <- as.list(call[[2]])
		list(name = args[[1]]$name, args = args[-1])
	})
}

pick <- function(calls, name)
	Filter(function(call) identical(call$name, name), calls)

number <- function(x) if (is.na(x)) "" else sprintf("%.12f", x)

cat("case,label,estimate_at,low_at,high_at,cut_low,cut_high,",
    "left,top,right,bottom\n", sep = "")
for (name in unique(rows$case)) {
	set <- rows[rows$case == name, ]
	log_scale <- set$scale[1] == "log"
	turn <- function(x) {
		y <- if (log_scale) log(x) else x
		ifelse(set$mirrored == 1, -y, y)
	}
	alim <- c(set$axis_low[1], set$axis_high[1])
	if (log_scale)
		alim <- log(alim)
	est <- turn(set$estimate)
	low <- pmin(turn(set$low), turn(set$high))
	high <- pmax(turn(set$low), turn(set$high))
	fraction <- function(x) (x - alim[1]) / (alim[2] - alim[1])
	k <- nrow(set)
	draw <- function()
		forest(x = est, ci.lb = low, ci.ub = high, alim = alim,
		    at = alim, atransf = if (log_scale) exp else FALSE,
		    annotate = FALSE, slab = NA, psize = 1, rows = k:1)
	calls <- calls_of(draw)
	flat <- Filter(function(call)
		length(call$args[[1]]) == 1 && call$args[[2]] == call$args[[4]] &&
		    call$args[[2]] >= 1 && call$args[[2]] <= k,
	    pick(calls, "C_segments"))
	points <- Filter(function(call) call$args[[2]] == "p",
	    pick(calls, "C_plotXY"))
	arrows <- pick(calls, "C_polygon")
	for (i in seq_len(k)) {
		row <- k + 1 - i
		line <- Filter(function(call) call$args[[2]] == row, flat)[[1]]
		at <- Filter(function(call) call$args[[1]]$y == row, points)
		tips <- Filter(function(call) mean(range(call$args[[2]])) == row,
		    arrows)
		cut_low <- any(sapply(tips, function(call)
			min(call$args[[1]]) == alim[1]))
		cut_high <- any(sapply(tips, function(call)
			max(call$args[[1]]) == alim[2]))
		corners <- rep(NA, 4)
		if (set$pooled[i] == 1) {
			polygon <- pick(calls_of(function() {
				draw()
				addpoly(x = est[i], ci.lb = low[i],
				    ci.ub = high[i], rows = row,
				    annotate = FALSE, mlab = "")
			}), "C_polygon")
			polygon <- polygon[[length(polygon)]]
			corners <- polygon$args[[1]][1:4]
		}
		cat(name, set$label[i],
		    number(if (length(at)) fraction(at[[1]]$args[[1]]$x) else NA),
		    number(fraction(line$args[[1]])),
		    number(fraction(line$args[[3]])),
		    as.integer(length(tips) > 0 && cut_low),
		    as.integer(length(tips) > 0 && cut_high),
		    sapply(fraction(corners), number), sep = ",")
		cat("\n")
	}
}
