// Uploads one file with tus-js-client, unmodified, to the units' listener with a client certificate; breaks the
// upload off at the fractions given and resumes each time from the URL alone; after a failure it tries again. Prints one
// JSON line at the end.
//
// Arguments: one JSON object {modules, endpoint, file, headers, certificate, key, authority, breaks: [0.2, ...],
// chunkBytes, protocol, parallel, duringCreation, inMemory}; without certificate it speaks plain HTTP. `headers` go with the request
// that creates the upload, or with all of a parallel one.
'use strict';
const fs = require('node:fs');
const path = require('node:path');
const { createRequire } = require('node:module');

const options = JSON.parse(process.argv[2]);
const load = createRequire(path.join(options.modules, 'package.json'));
const tus = load('tus-js-client');

const tls = options.certificate
  ? {
      cert: fs.readFileSync(options.certificate),
      key: fs.readFileSync(options.key),
      ca: fs.readFileSync(options.authority),
    }
  : {};
const retryDelays = [0, 20, 50, 100, 100, 100, 100, 100];
let requests = 0;

// One attempt from `uploadUrl` (or a new upload); breaks off once `breakAt` of the bytes are reported sent.
function attempt(uploadUrl, breakAt) {
  return new Promise((resolve, reject) => {
    const body = options.inMemory ? fs.readFileSync(options.file) : fs.createReadStream(options.file);
    let receipt = null;
    let retries = 5; // of the whole: tus-js-client itself does not repeat the last request of a parallel upload
    const parallel = options.parallel || 1;
    const upload = new tus.Upload(body, {
      endpoint: options.endpoint,
      uploadUrl,
      ...(parallel > 1 ? { parallelUploads: parallel } : { uploadSize: fs.statSync(options.file).size }),
      protocol: options.protocol || 'tus-v1',
      chunkSize: options.chunkBytes || Infinity,
      uploadDataDuringCreation: Boolean(options.duringCreation),
      metadata: {},
      headers: uploadUrl ? {} : options.headers,
      httpStack: new tus.DefaultHttpStack(tls),
      retryDelays,
      onAfterResponse: (_request, response) => {
        requests += 1;
        receipt = response.getHeader('Hansom-Receipt') || receipt;
      },
      onProgress: (sent, total) => {
        if (breakAt !== null && sent >= breakAt * total && sent < total) {
          upload.abort().then(() => resolve({ url: upload.url, done: false }));
        }
      },
      onSuccess: () => resolve({ url: upload.url, done: true, receipt }),
      onError: (error) => {
        retries -= 1;
        const refused = error.originalResponse && error.originalResponse.getStatus() < 500;
        if (refused || retries === 0) reject(error);
        else setTimeout(() => upload.start(), 100);
      },
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
  console.log(JSON.stringify({ ...state, broken, requests }));
}

main().catch((error) => {
  console.error(String(error));
  process.exit(1);
});
