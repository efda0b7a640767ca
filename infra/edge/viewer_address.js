// Viewer request on /v1/*: tells the API who asks, by address and country, and of which site, over whatever the viewer sent under
// those names. A request that shows no token goes to the routes that are for everybody (infra/api/public_routes.py): a
// GET, and events of what was watched, which people without an account report, too.
function handler(event) {
  const request = event.request;
  request.headers['x-viewer-address'] = { value: event.viewer.ip };
  const country = request.headers['cloudfront-viewer-country'];
  request.headers['x-viewer-country'] = { value: country ? country.value : '' };
  request.headers['x-viewer-host'] = { value: request.headers.host ? request.headers.host.value : '' };
  // An empty header is there, too: its sender is told 401, as with any other token that is not valid.
  const isForAll = request.method === 'GET' || (request.method === 'POST' && request.uri === '/v1/events');
  if (isForAll && !request.headers.authorization) {
    request.uri = '/anonymous' + request.uri;
  }
  return request;
}
