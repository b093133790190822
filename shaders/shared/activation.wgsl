// The activation of an MLP, number by number: 0 SiLU, x · sigmoid(x); 1 GELU, x · Φ(x) (Hendrycks & Gimpel, arXiv
// 1606.08415); 2 its approximation by tanh.

override ACTIVATION: u32 = 0u;
// The activation multiplies a second row.
override GATED: bool = true;

fn activated(x: vec4<f32>) -> vec4<f32> {
  if (ACTIVATION == 1u) {
    return 0.5 * x * (1.0 + error_function(x * 0.7071067811865476));
  }
  if (ACTIVATION == 2u) {
    let inner = 0.7978845608028654 * (x + 0.044715 * x * x * x);
    // Beyond ±10 the result is ±1, and some drivers' tanh overflows.
    return 0.5 * x * (1.0 + tanh(clamp(inner, vec4<f32>(-10.0), vec4<f32>(10.0))));
  }
  return x / (1.0 + exp(-x));
}

// erf(x) to 1.5e-7 (Abramowitz & Stegun, 7.1.26).
fn error_function(x: vec4<f32>) -> vec4<f32> {
  let far = abs(x);
  let t = 1.0 / (1.0 + 0.3275911 * far);
  let series = t * (0.254829592 + t * (-0.284496736 + t * (1.421413741 + t * (-1.453152027 + t * 1.061405429))));
  return sign(x) * (1.0 - series * exp(-far * far));
}
