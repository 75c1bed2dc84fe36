fx_version 'cerulean'
game 'gta5'
lua54 'yes'
server_script 'server.lua'
