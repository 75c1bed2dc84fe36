-- Who is on this server, told to Rollcall: set rollcall_url, rollcall_key and rollcall_server in server.cfg.
local url = GetConvar('rollcall_url', 'http://localhost:50809')
local key = GetConvar('rollcall_key', '')
local server = GetConvarInt('rollcall_server', 1)
local waitUntil = 0 -- a time of GetGameTimer, in milliseconds: after a 429 nothing is sent before it

local function send(method, path, body)
  if GetGameTimer() < waitUntil then return end
  local headers = { ['Authorization'] = 'Bearer ' .. key, ['Content-Type'] = 'application/json' }
  PerformHttpRequest(url .. '/v2/community/servers/' .. server .. '/activity' .. path, function(status, text, answer)
    if status == 429 then
      local seconds = tonumber(answer and (answer['Retry-After'] or answer['retry-after'])) or 60
      waitUntil = GetGameTimer() + seconds * 1000
    elseif status < 200 or status > 299 then
      print(('rollcall: %s %s: %s %s'):format(method, path, status, text or ''))
    end
  end, method, body, headers)
end

-- What names a player: what does not change (license, discord), and the name of today beside it.
local function identity(player)
  local who = { username = GetPlayerName(player) }
  for _, identifier in ipairs(GetPlayerIdentifiers(player)) do
    local kind, value = identifier:match('^(%w+):(.+)$')
    if kind == 'license' then who.apiId = identifier end
    if kind == 'discord' then who.discord = value end
  end
  return who
end

local function call(player, flag)
  local who = identity(player)
  who[flag] = true
  send('POST', '', json.encode(who))
end

AddEventHandler('playerJoining', function() call(source, 'forceStart') end)
AddEventHandler('playerDropped', function() call(source, 'forceStop') end)

-- The truth, once a minute: repairs every join and leave that got lost. An empty server says so, too.
local function roster()
  local accounts = {}
  for _, player in ipairs(GetPlayers()) do accounts[#accounts + 1] = identity(player) end
  send('PUT', '/roster', json.encode({ accounts = accounts }))
end

CreateThread(function()
  while true do
    roster()
    Wait(60000)
  end
end)

-- The resource stops and the server goes on, or nobody is here to tell: the next roster puts it right.
AddEventHandler('onResourceStop', function(name)
  if name == GetCurrentResourceName() then send('POST', '/start', '{}') end
end)
