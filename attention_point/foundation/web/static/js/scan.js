// The tablet's camera reads the code of a slip, where the browser can; elsewhere the code is typed. Nothing is kept of
// what the camera sees.
const button = document.querySelector("[data-scan]");
const view = document.querySelector("[data-scan-view]");
const video = view?.querySelector("video");
const PAUSE_MS = 200;
let stream = null;

function stop() {
  for (const track of stream?.getTracks() ?? []) track.stop();
  stream = null;
  view.hidden = true;
  button.hidden = false;
}

async function look(detector) {
  while (stream) {
    const [code] = await detector.detect(video).catch(() => []);
    if (code && stream) {
      const field = document.getElementById(button.dataset.scan);
      field.value = code.rawValue;
      stop();
      field.form.requestSubmit();
      return;
    }
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
  }
}

async function start() {
  const said = view.querySelector("[data-scan-said]");
  said.dataset.asked ??= said.textContent;
  said.textContent = said.dataset.asked;
  view.hidden = video.hidden = false;
  button.hidden = true;
  try {
    stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment" } });
    video.srcObject = stream;
    await video.play();
    look(new BarcodeDetector({ formats: ["qr_code"] }));
  } catch {
    // Not allowed, no camera, or another program has it.
    stop();
    view.hidden = false;
    video.hidden = true;
    said.textContent = said.dataset.failed;
  }
}

async function offer() {
  if (!("BarcodeDetector" in window) || !navigator.mediaDevices) return;
  const formats = await BarcodeDetector.getSupportedFormats().catch(() => []);
  if (!formats.includes("qr_code")) return;
  button.hidden = false;
  button.addEventListener("click", start);
  view.querySelector("[data-scan-stop]").addEventListener("click", stop);
  window.addEventListener("pagehide", stop);
}

if (button && view) offer();
