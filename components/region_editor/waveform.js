// The samples of a sound, decoded by the browser, and their picture.
(() => {
  const RATE = 11025; // samples per second kept: enough for a picture, and a tenth of an hour takes 16 MB

  // Fetch and decode the sound at *url*, also that of a clip: {samples (of all channels, averaged), rate, seconds}. Throws
  // where there is none, or none that this browser knows.
  unison.decoded = async function (url) {
    const answer = await fetch(url);
    if (!answer.ok) throw new Error("The sound is not there any more.");
    const buffer = await new OfflineAudioContext(1, 1, RATE).decodeAudioData(await answer.arrayBuffer());
    const samples = new Float32Array(buffer.length);
    for (let channel = 0; channel < buffer.numberOfChannels; channel++) {
      buffer.getChannelData(channel).forEach((v, n) => { samples[n] += v / buffer.numberOfChannels; });
    }
    return { samples, rate: buffer.sampleRate, seconds: buffer.duration };
  };

  // Lowest and highest sample of each of *count* parts of the time between *from* and *to* seconds.
  unison.peaks = function (samples, rate, from, to, count) {
    const lows = new Float32Array(count), highs = new Float32Array(count);
    for (let n = 0; n < count; n++) {
      const start = Math.floor((from + ((to - from) * n) / count) * rate);
      const end = Math.max(Math.floor((from + ((to - from) * (n + 1)) / count) * rate), start + 1);
      for (let at = Math.max(start, 0); at < Math.min(end, samples.length); at++) {
        if (samples[at] < lows[n]) lows[n] = samples[at];
        if (samples[at] > highs[n]) highs[n] = samples[at];
      }
    }
    return { lows, highs };
  };

  // Draw what is *seen* of a sound on a canvas as large as its place, the stretch in the page's accent colour, times below,
  // and a line at *now* while it is heard.
  unison.drawWave = function (paper, samples, rate, seen, stretch, now) {
    const wide = paper.clientWidth, high = paper.clientHeight, dense = window.devicePixelRatio || 1, foot = 20;
    if (!wide || !high) return;
    Object.assign(paper, { width: Math.round(wide * dense), height: Math.round(high * dense) });
    const pen = paper.getContext("2d"), style = getComputedStyle(paper);
    const paint = (name, fallback) => style.getPropertyValue(name).trim() || fallback;
    const [ink, accent, pale] = [paint("--body-text-color", "#111"), paint("--color-accent", "#6366f1"), paint("--border-color-primary", "#ccc")];
    const x = (t) => ((t - seen.from) / (seen.to - seen.from)) * wide;
    pen.scale(dense, dense);
    const body = high - foot, middle = body / 2;
    pen.fillStyle = accent;
    pen.globalAlpha = 0.16;
    pen.fillRect(x(stretch.from), 0, x(stretch.to) - x(stretch.from), body);
    pen.globalAlpha = 1;
    const { lows, highs } = unison.peaks(samples, rate, seen.from, seen.to, wide);
    const top = Math.max(...highs, ...lows.map((v) => -v), 0.05); // quiet sounds are drawn as large as loud ones
    for (let n = 0; n < wide; n++) {
      const t = seen.from + ((seen.to - seen.from) * (n + 0.5)) / wide, tall = ((highs[n] - lows[n]) / top) * (middle - 4);
      pen.fillStyle = t >= stretch.from && t <= stretch.to ? accent : ink;
      pen.globalAlpha = t >= stretch.from && t <= stretch.to ? 1 : 0.45;
      pen.fillRect(n, middle - (highs[n] / top) * (middle - 4), 1, Math.max(tall, 1));
    }
    pen.globalAlpha = 1;
    pen.fillStyle = pale;
    pen.fillRect(0, body, wide, 1);
    pen.fillStyle = ink;
    pen.font = "12px system-ui, sans-serif";
    const span = seen.to - seen.from, step = [0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 30, 60, 120, 300, 600].find((s) => (s / span) * wide > 64) || 1200;
    for (let n = Math.ceil(seen.from / step - 1e-9); n * step <= seen.to + 1e-9; n++) {
      const words = (n * step).toFixed(step < 0.1 ? 2 : step < 1 ? 1 : 0) + " s", at = x(n * step), room = pen.measureText(words).width;
      pen.fillRect(at, body, 1, 5);
      pen.fillText(words, Math.min(Math.max(at - room / 2, 0), wide - room), high - 4);
    }
    if (now === null) return;
    pen.fillRect(x(now), 0, 2, body);
  };
})();
