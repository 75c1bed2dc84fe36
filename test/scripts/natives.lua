-- What the examples in Lua find on their platforms, as much of it as they use. JavaScript gives: js_http, js_players,
-- js_now (milliseconds) and js_log.

json = {}

local function encode(value)
  local kind = type(value)
  if kind == 'nil' then return 'null' end
  if kind == 'boolean' then return tostring(value) end
  if kind == 'number' then return math.type(value) == 'integer' and tostring(value) or string.format('%.14g', value) end
  if kind == 'string' then
    return '"' .. value:gsub('[%c"\\]', function(c) return string.format('\\u%04x', c:byte()) end) .. '"'
  end
  local parts = {}
  -- As the platforms do: an empty table is a list.
  if #value > 0 or next(value) == nil then
    for i, item in ipairs(value) do parts[i] = encode(item) end
    return '[' .. table.concat(parts, ',') .. ']'
  end
  for key, item in pairs(value) do parts[#parts + 1] = encode(key) .. ':' .. encode(item) end
  return '{' .. table.concat(parts, ',') .. '}'
end
json.encode = encode

-- Threads: each yields what it waits for, a time in milliseconds or an HTTP answer.
local sleeping = {}
local function resume(thread, ...)
  local ok, what, request = coroutine.resume(thread, ...)
  if not ok then js_log('ERROR ' .. tostring(what)) end
  if coroutine.status(thread) == 'dead' then return end
  if what == 'http' then
    js_http(request.Method, request.Url, request.Body or '', encode(request.Headers), function(status, text, retryAfter)
      resume(thread, {
        Success = status >= 200 and status < 300,
        StatusCode = status,
        Body = text,
        Headers = { ['retry-after'] = retryAfter ~= '' and retryAfter or nil },
      })
    end)
  else
    sleeping[#sleeping + 1] = thread
  end
end
local function spawn(fn, ...) resume(coroutine.create(fn), ...) end

-- A minute passes: all who sleep wake up.
function Tick()
  local due = sleeping
  sleeping = {}
  for _, thread in ipairs(due) do resume(thread) end
end

local handlers = {}
function Fire(name, ...)
  for _, handler in ipairs(handlers[name] or {}) do spawn(handler, ...) end
end
local function on(name, handler)
  handlers[name] = handlers[name] or {}
  table.insert(handlers[name], handler)
end

local function players()
  local list = {}
  for id, name in js_players():gmatch('(%d+)=([^;]*);') do list[#list + 1] = { id = id, name = name } end
  return list
end
local function playerOf(id)
  for _, player in ipairs(players()) do
    if player.id == tostring(id) then return player end
  end
end

-- FiveM
AddEventHandler = on
CreateThread = spawn
Wait = function(ms) coroutine.yield('wait', ms) end
GetGameTimer = function() return js_now() end
GetConvar = function(name, default) return ({ rollcall_url = URL, rollcall_key = KEY })[name] or default end
GetConvarInt = function(_, default) return default end
GetCurrentResourceName = function() return 'rollcall' end
GetPlayers = function()
  local ids = {}
  for i, player in ipairs(players()) do ids[i] = player.id end
  return ids
end
GetPlayerName = function(id) return playerOf(id).name end
GetPlayerIdentifiers = function(id) return { 'ip:192.0.2.1', 'license:aa' .. id, 'discord:10' .. id } end
PerformHttpRequest = function(url, callback, method, body, headers)
  js_http(method, url, body or '', encode(headers), function(status, text, retryAfter)
    callback(status, text, { ['Retry-After'] = retryAfter ~= '' and retryAfter or nil })
  end)
end
print = function(...) js_log(table.concat({ ... }, ' ')) end

-- Roblox
local function signal(name) return { Connect = function(_, handler) on(name, handler) end } end
local function toRoblox(player) return { UserId = player.id, Name = player.name } end
local services = {
  HttpService = {
    GetSecret = function() return KEY end,
    JSONEncode = function(_, value) return encode(value) end,
    RequestAsync = function(_, request) return coroutine.yield('http', request) end,
  },
  Players = {
    PlayerAdded = signal('PlayerAdded'),
    PlayerRemoving = signal('PlayerRemoving'),
    GetPlayers = function()
      local list = {}
      for i, player in ipairs(players()) do list[i] = toRoblox(player) end
      return list
    end,
  },
}
game = {
  JobId = '00000001-2b3c-4d5e-8f60-718293a4b5c6',
  GetService = function(_, name) return services[name] end,
  BindToClose = function(_, handler) on('Close', handler) end,
}
task = { wait = function(seconds) coroutine.yield('wait', seconds * 1000) end }
warn = print
function FirePlayer(name, id) Fire(name, toRoblox(playerOf(id))) end
-- The clock of the test, in seconds.
os.clock = function() return js_now() / 1000 end

function Run(source, name) spawn(assert(load(source, '@' .. name))) end
