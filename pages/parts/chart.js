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

// A chart that can be pressed tells which mark it was: its `customdata`.
function tellPresses(plot, tell) {
  plot.tell = tell;
  if (!plot.tells) {
    plot.tells = true;
    plot.on("plotly_click", ({ points }) => plot.tell(points[0].customdata));
  }
}

export default function ({ data, parentElement, setTriggerValue }) {
  const plot = parentElement.querySelector(".plot");
  const figure = JSON.parse(data.figure);
  // Figures must be drawn in the order they came in.
  plot.drawn = Promise.all([loadPlotly(data.plotly), plot.drawn])
    .then(([Plotly]) => Plotly.react(plot, figure.data, figure.layout, data.config))
    .then(() => {
      if (data.pressable) tellPresses(plot, (mark) => setTriggerValue("pressed", mark));
    });
  return () => window.Plotly?.purge(plot);
}
