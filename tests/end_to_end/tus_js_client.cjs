// Uploads one file with tus-js-client, unmodified, to the units' listener with a client certificate; breaks the
// upload off at the fractions given and resumes each time from the URL alone. Prints one JSON line at the end.
//
// Arguments: one JSON object {modules, endpoint, file, manifest, certificate, key, authority, breaks: [0.2, ...],
// chunkBytes}.
'use strict';
const fs = require('node:fs');
const path = require('node:path');
const { createRequire } = require('node:module');

const options = JSON.parse(process.argv[2]);
const load = createRequire(path.join(options.modules, 'package.json'));
const tus = load('tus-js-client');

const tls = {
  cert: fs.readFileSync(options.certificate),
  key: fs.readFileSync(options.key),
  ca: fs.readFileSync(options.authority),
};

// One attempt from `uploadUrl` (or a new upload); breaks off once `breakAt` of the bytes are reported sent.
function attempt(uploadUrl, breakAt) {
  return new Promise((resolve, reject) => {
    const body = fs.createReadStream(options.file);
    let receipt = null;
    const upload = new tus.Upload(body, {
      endpoint: options.endpoint,
      uploadUrl,
      uploadSize: fs.statSync(options.file).size,
      chunkSize: options.chunkBytes || Infinity,
      metadata: {},
      headers: uploadUrl ? {} : { 'Upload-Metadata': `manifest ${Buffer.from(options.manifest).toString('base64')}` },
      httpStack: new tus.DefaultHttpStack(tls),
      retryDelays: [0, 100, 200, 400],
      onAfterResponse: (_request, response) => {
        receipt = response.getHeader('Hansom-Receipt') || receipt;
      },
      onProgress: (sent, total) => {
        if (breakAt !== null && sent >= breakAt * total && sent < total) {
          upload.abort().then(() => resolve({ url: upload.url, done: false }));
        }
      },
      onSuccess: () => resolve({ url: upload.url, done: true, receipt }),
      onError: reject,
    });
    upload.start();
  });
}

async function main() {
  let state = { url: null, done: false };
  let broken = 0;
  for (const breakAt of [...options.breaks, null]) {
    state = await attempt(state.url, breakAt);
    if (state.done) break;
    broken += 1;
  }
  console.log(JSON.stringify({ ...state, broken }));
}

main().catch((error) => {
  console.error(String(error));
  process.exit(1);
});
