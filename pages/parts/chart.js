// Draws a figure, or changes the one that is there; see chart.py.

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
  draw(plot, data);
  if (data.pressable) {
    plot.drawn.then(() => tellPresses(plot, (mark) => setTriggerValue("pressed", mark)));
  }
  return () => window.Plotly?.purge(plot);
}
