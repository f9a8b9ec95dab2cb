// @tus/server as its documentation starts it, on TLS 1.3 with client certificates; started by benchmarks/upload_cost.
//   node server.mjs MODULES PORT FOLDER CERTIFICATE KEY AUTHORITIES
import fs from 'node:fs'
import https from 'node:https'
import {createRequire} from 'node:module'
import {pathToFileURL} from 'node:url'

const [modules, port, folder, certificate, key, authorities] = process.argv.slice(2)
const installed = createRequire(pathToFileURL(`${modules}/package.json`))
const load = (name) => import(pathToFileURL(installed.resolve(name)))
const {Server} = await load('@tus/server')
const {FileStore} = await load('@tus/file-store')

const tus = new Server({path: '/uploads', datastore: new FileStore({directory: folder})})
const options = {
  cert: fs.readFileSync(certificate),
  key: fs.readFileSync(key),
  ca: fs.readFileSync(authorities),
  requestCert: true,
  rejectUnauthorized: true,
  minVersion: 'TLSv1.3',
  keepAliveTimeout: 60_000,
}
https
  .createServer(options, (request, response) => tus.handle(request, response))
  .listen(Number(port), '127.0.0.1', () => console.log('ready'))
