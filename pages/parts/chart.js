// Draws a figure, or changes the one that is there; see chart.py.

export default function ({ data, parentElement }) {
  const plot = parentElement.querySelector(".plot");
  draw(plot, data);
  return () => window.Plotly?.purge(plot);
}
