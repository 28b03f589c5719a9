// Draws a figure, or changes the one that is there; see chart.py.

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

export default function ({ data, parentElement }) {
  const plot = parentElement.querySelector(".plot");
  const figure = JSON.parse(data.figure);
  // Figures must be drawn in the order they came in.
  plot.drawn = Promise.all([loadPlotly(data.plotly), plot.drawn]).then(([Plotly]) =>
    Plotly.react(plot, figure.data, figure.layout, data.config),
  );
  return () => window.Plotly?.purge(plot);
}
