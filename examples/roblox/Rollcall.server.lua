-- Who is in this place, told to Rollcall. A script in ServerScriptService; allow HTTP requests in the game settings.
local HttpService = game:GetService('HttpService')
local Players = game:GetService('Players')
local URL = 'https://rollcall.example.com'
local KEY = HttpService:GetSecret('rollcall_key')
-- Each running server of a place has a number of its own: 32 bits of its job id.
local SERVER = tonumber(string.sub(string.gsub(game.JobId, '-', ''), 1, 8), 16) or 1
local waitUntil = 0 -- a time of os.clock, in seconds: after a 429 nothing is sent before it

local function send(method, path, body)
  if os.clock() < waitUntil then return end
  local ok, answer = pcall(function()
    return HttpService:RequestAsync({
      Url = URL .. '/v2/community/servers/' .. SERVER .. '/activity' .. path,
      Method = method,
      Headers = { ['X-API-Key'] = KEY, ['Content-Type'] = 'application/json' },
      Body = HttpService:JSONEncode(body),
    })
  end)
  if not ok then
    warn('rollcall: ' .. tostring(answer))
  elseif answer.StatusCode == 429 then
    waitUntil = os.clock() + (tonumber(answer.Headers['retry-after']) or 60)
  elseif not answer.Success then
    warn('rollcall: ' .. method .. ' ' .. path .. ': ' .. answer.StatusCode .. ' ' .. answer.Body)
  end
end

-- The user id never changes; the name may.
local function identity(player)
  return { apiId = 'roblox:' .. player.UserId, username = player.Name }
end

local function call(player, flag)
  local body = identity(player)
  body[flag] = true
  send('POST', '', body)
end

Players.PlayerAdded:Connect(function(player) call(player, 'forceStart') end)
Players.PlayerRemoving:Connect(function(player) call(player, 'forceStop') end)

-- The server goes away: nobody is here any more.
game:BindToClose(function() send('PUT', '/roster', { accounts = {} }) end)

-- The truth, once a minute: repairs every join and leave that got lost.
while true do
  local accounts = {}
  for _, player in ipairs(Players:GetPlayers()) do accounts[#accounts + 1] = identity(player) end
  send('PUT', '/roster', { accounts = accounts })
  task.wait(60)
end
