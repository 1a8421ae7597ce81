/** `bptt/charts`: plots as SVG text, reports as HTML text, candlesticks as pixels; needs neither Node nor a DOM. */
export { linePlot } from './linePlot.js';
export type { AxesOptions, Band, LinePlotOptions, LineSeries } from './linePlot.js';
export { scatterPlot } from './scatterPlot.js';
export type { ScatterPlotOptions, ScatterSeries } from './scatterPlot.js';
export { histogram } from './histogram.js';
export type { HistogramOptions } from './histogram.js';
export { barChart } from './barChart.js';
export type { BarChartOptions, BarSeries } from './barChart.js';
export { heatMap } from './heatMap.js';
export type { HeatMapOptions } from './heatMap.js';
export { candlestickPlot } from './candlestickPlot.js';
export type { CandlestickPlotOptions } from './candlestickPlot.js';
export { candlestickBatch, candlestickImage } from './candlestickImage.js';
export type { CandlestickBatchOptions, CandlestickImageOptions, CandlestickStyle, ImageBatch } from './candlestickImage.js';
export type { Bars } from './candlesticks.js';
export type { RasterImage } from './image.js';
export { overlayHeatMap, resizeBilinear } from './overlay.js';
export type { Grid, OverlayOptions } from './overlay.js';
export { panels } from './panels.js';
export type { PanelsOptions } from './panels.js';
export type { Box, Plot, PlotOptions } from './plot.js';
export type { LegendEntry } from './legend.js';
export type { Reference } from './references.js';
export type { Positions } from './scaleMakers.js';
export type { Interval } from './scale.js';
export type { Markup } from './svg.js';
export type { ColorMapName, Rgb } from './colorMap.js';
export { colorAt, hexColor } from './colorMap.js';
export { palette } from './palette.js';
export type { ColorSlot } from './palette.js';
export { htmlReport } from './report.js';
export type { ReportOptions, ReportSection } from './report.js';
export type {
  CalloutBlock, DataBlock, FactsBlock, FigureBlock, ImagesBlock, PreformattedBlock, ReportBlock, ReportImage, TextBlock,
} from './reportBlocks.js';
export type { TableBlock, TableColumn, TableRow } from './reportTable.js';
export { formatNumber } from './format.js';
export type { NumberFormat } from './format.js';
