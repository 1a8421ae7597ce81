/** `bptt/charts`: plots as SVG text, reports as HTML text, candlesticks as pixels; needs neither Node nor a DOM. */
export { linePlot } from './plots/linePlot.js';
export type { AxesOptions, Band, LinePlotOptions, LineSeries } from './plots/linePlot.js';
export { scatterPlot } from './plots/scatterPlot.js';
export type { ScatterPlotOptions, ScatterSeries } from './plots/scatterPlot.js';
export { histogram } from './plots/histogram.js';
export type { HistogramOptions } from './plots/histogram.js';
export { barChart } from './plots/barChart.js';
export type { BarChartOptions, BarSeries } from './plots/barChart.js';
export { heatMap } from './plots/heatMap.js';
export type { HeatMapOptions } from './plots/heatMap.js';
export { candlestickPlot } from './candlesticks/plot.js';
export type { CandlestickPlotOptions } from './candlesticks/plot.js';
export { candlestickBatch, candlestickImage } from './candlesticks/image.js';
export type { CandlestickBatchOptions, CandlestickImageOptions, CandlestickStyle, ImageBatch } from './candlesticks/image.js';
export type { Bars } from './candlesticks/candlesticks.js';
export type { RasterImage } from './images/image.js';
export { overlayHeatMap, resizeBilinear } from './images/overlay.js';
export type { Grid, OverlayOptions } from './images/overlay.js';
export { panels } from './plots/panels.js';
export type { PanelsOptions } from './plots/panels.js';
export type { Box, Plot, PlotOptions } from './plots/plot.js';
export type { LegendEntry } from './plots/legend.js';
export type { Reference } from './plots/references.js';
export type { Positions } from './plots/scaleMakers.js';
export type { Interval } from './plots/scale.js';
export type { Markup } from './plots/svg.js';
export type { ColorMapName, Rgb } from './plots/colorMap.js';
export { colorAt, hexColor } from './plots/colorMap.js';
export { palette, plotCss } from './plots/palette.js';
export type { ColorSlot } from './plots/palette.js';
export { htmlReport } from './report/report.js';
export type { ReportOptions, ReportSection } from './report/report.js';
export type {
  CalloutBlock, DataBlock, FactsBlock, FigureBlock, ImageScale, ImagesBlock, PreformattedBlock, ReportBlock, ReportImage, TextBlock,
} from './report/blocks.js';
export type { TableBlock, TableColumn, TableRow } from './report/table.js';
export { formatNumber } from './plots/format.js';
export type { NumberFormat } from './plots/format.js';
