// A small Express application under SkyWalking's own agent, which finds its settings in the
// environment. Ends with its standard input, as the test that started it does.
'use strict';

const agent = require('skywalking-backend-js').default;
agent.start();

const http = require('http');
const express = require('express');

const app = express();

app.get('/middle', (request, response) => {
  // The agent traces http.request and not http.get.
  http
    .request(request.query.next, (answer) => {
      let text = '';
      answer.on('data', (part) => (text += part));
      answer.on('end', () => response.send('middle>' + text));
    })
    .on('error', (error) => response.status(502).send(String(error)))
    .end();
});

app.get('/leaf', (request, response) => {
  response.send('leaf');
});

app.get('/fails', (request, response) => {
  response.status(500).send('fails');
});

const listener = app.listen(0, '127.0.0.1', () => {
  console.log('listening on port ' + listener.address().port);
});

process.stdin.on('end', () => process.exit(0)).resume();
