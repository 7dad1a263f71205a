-- SPDX-License-Identifier: GPL-2.0
--
-- For Wireshark and tshark: segments of ltcp are dissected as what they are,
-- TCP, under IP protocol 253 (or those that the preference names). All that
-- works for TCP does then: filters (tcp.port), analysis of sequence numbers,
-- following a stream, and the protocols above it.
--
--	tshark -X lua_script:scripts/ltcp.lua -r FILE
--	cp scripts/ltcp.lua ~/.local/lib/wireshark/plugins/	# for good

local ltcp = Proto("ltcp", "ltcp")
local by_number = DissectorTable.get("ip.proto")
local tcp = by_number:get_dissector(6)

ltcp.prefs.protocols = Pref.string("IP protocols", "253",
	"Numbers that ltcp uses, with blanks between them")

local taken = {}

local function take()
	for _, number in ipairs(taken) do
		by_number:remove(number, tcp)
	end
	taken = {}
	for number in ltcp.prefs.protocols:gmatch("%d+") do
		by_number:add(tonumber(number), tcp)
		taken[#taken + 1] = tonumber(number)
	end
end

ltcp.prefs_changed = take
take()
