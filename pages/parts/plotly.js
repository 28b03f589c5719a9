// Draws figures with the plotly.js that the server's own package ships.

function loadPlotly(address) {
  if (!window.plateauPlotly) {
    window.plateauPlotly = new Promise((resolve, reject) => {
      const script = document.createElement("script");
      script.src = new URL(address, document.baseURI);
      script.onload = () => resolve(window.Plotly);
      script.onerror = () => reject(new Error(`${script.src} did not load`));
      document.head.append(script);
    });
  }
  return window.plateauPlotly;
}

// Figures are drawn in the order they came in, and only the newest of those that wait.
function draw(plot, { figure, config, plotly }) {
  plot.newest = figure;
  plot.drawn = Promise.all([loadPlotly(plotly), plot.drawn]).then(([Plotly]) => {
    if (plot.newest !== figure) return undefined;
    const { data, layout } = JSON.parse(figure);
    return Plotly.react(plot, data, layout, config);
  });
}
