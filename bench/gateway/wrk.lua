-- Sends the values of a file in turn, one a line, in the field that BENCH_FIELD names; says at the end what wrk counted.
function init()
  requests, turn = {}, tonumber(os.getenv('BENCH_START') or 0)
  local file, field = os.getenv('BENCH_VALUES'), os.getenv('BENCH_FIELD')
  if os.getenv('BENCH_BODY') then wrk.method, wrk.body = 'POST', string.rep('x', 1024) end
  if file then
    for value in io.lines(file) do
      wrk.headers[field] = value
      requests[#requests + 1] = wrk.format()
    end
  else
    requests[1] = wrk.format()
  end
end

function request()
  turn = turn % #requests + 1
  return requests[turn]
end

function done(summary, latency)
  local e = summary.errors
  print(string.format('{"requests":%d,"microseconds":%d,"bytes":%d,"refused":%d,"failed":%d,"p50":%.3f,"p99":%.3f}',
    summary.requests, summary.duration, summary.bytes, e.status, e.connect + e.read + e.write + e.timeout,
    latency:percentile(50) / 1000, latency:percentile(99) / 1000))
end
