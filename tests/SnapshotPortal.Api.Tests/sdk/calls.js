// Makes calls with the official SDKs: one JSON line in, { client, action, parameters }, one JSON line out, { body } or { error }.
// Parameters and bodies have the names of the wire; the SDKs turn them into their own and back.
import { createInterface } from 'node:readline';
import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);
const ecs = require('@alicloud/ecs20140526');
const core = require('@alicloud/openapi-core');
const dara = require('@darabonba/typescript');
const PopCore = require('@alicloud/pop-core');

const { ENDPOINT: endpoint, ACCESS_KEY_ID: accessKeyId, ACCESS_KEY_SECRET: accessKeySecret } = process.env;
const config = new core.$OpenApiUtil.Config({ accessKeyId, accessKeySecret, endpoint, protocol: 'HTTP', regionId: 'local-1' });

const clients = {
  'present': present(new ecs.default(config)),
  'present-v1': present(new ecs.default(new core.$OpenApiUtil.Config({ ...config, signatureAlgorithm: 'v2' }))),
  'first-get': first('GET'),
  'first-post': first('POST'),
};

function present(client) {
  return async (action, parameters) => {
    const request = dara.cast(parameters, new ecs[`${action}Request`]({}));
    const response = await client[action[0].toLowerCase() + action.slice(1)](request);
    return response.body.toMap();
  };
}

function first(method) {
  const client = new PopCore.RPCClient({ accessKeyId, accessKeySecret, endpoint: `http://${endpoint}`, apiVersion: '2014-05-26' });
  return (action, parameters) => client.request(action, parameters, { method, formatParams: true });
}

for await (const line of createInterface({ input: process.stdin })) {
  const { client, action, parameters } = JSON.parse(line);
  let answer;
  try {
    answer = { body: await clients[client](action, parameters) };
  } catch (error) {
    answer = { error: { code: error.code, message: error.message, requestId: error.data?.RequestId ?? error.requestId ?? null } };
  }
  console.log(JSON.stringify(answer));
}
