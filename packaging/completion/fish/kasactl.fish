# fish completion for kasactl; made by scripts/completion.py
complete -c kasactl -n __fish_use_subcommand -f -a discover -d 'find the devices on the network and what they read'
complete -c kasactl -n '__fish_seen_subcommand_from discover' -l config
complete -c kasactl -n '__fish_seen_subcommand_from discover' -l help
complete -c kasactl -n '__fish_seen_subcommand_from discover' -l json
complete -c kasactl -n '__fish_seen_subcommand_from discover' -l password-file
complete -c kasactl -n '__fish_seen_subcommand_from discover' -l target
complete -c kasactl -n '__fish_seen_subcommand_from discover' -l username
complete -c kasactl -n '__fish_seen_subcommand_from discover' -l wait
complete -c kasactl -n __fish_use_subcommand -f -a read -d 'read one device in full'
complete -c kasactl -n '__fish_seen_subcommand_from read' -l config
complete -c kasactl -n '__fish_seen_subcommand_from read' -l help
complete -c kasactl -n '__fish_seen_subcommand_from read' -l json
complete -c kasactl -n '__fish_seen_subcommand_from read' -l password-file
complete -c kasactl -n '__fish_seen_subcommand_from read' -l target
complete -c kasactl -n '__fish_seen_subcommand_from read' -l username
complete -c kasactl -n '__fish_seen_subcommand_from read' -l wait
complete -c kasactl -n '__fish_seen_subcommand_from read' -l watch
complete -c kasactl -n __fish_use_subcommand -f -a watch -d 'the live table of a running collectd'
complete -c kasactl -n '__fish_seen_subcommand_from watch' -l help
complete -c kasactl -n '__fish_seen_subcommand_from watch' -l interval
complete -c kasactl -n '__fish_seen_subcommand_from watch' -l label
complete -c kasactl -n '__fish_seen_subcommand_from watch' -l metrics
complete -c kasactl -n '__fish_seen_subcommand_from watch' -l once
complete -c kasactl -n '__fish_seen_subcommand_from watch' -l show
complete -c kasactl -n '__fish_seen_subcommand_from watch' -l sort
complete -c kasactl -n '__fish_seen_subcommand_from watch' -l wait
complete -c kasactl -n __fish_use_subcommand -f -a energy -d 'what was used and what it costs'
complete -c kasactl -n '__fish_seen_subcommand_from energy' -l before
complete -c kasactl -n '__fish_seen_subcommand_from energy' -l by
complete -c kasactl -n '__fish_seen_subcommand_from energy' -l config
complete -c kasactl -n '__fish_seen_subcommand_from energy' -l csv
complete -c kasactl -n '__fish_seen_subcommand_from energy' -l days
complete -c kasactl -n '__fish_seen_subcommand_from energy' -l from
complete -c kasactl -n '__fish_seen_subcommand_from energy' -l help
complete -c kasactl -n '__fish_seen_subcommand_from energy' -l interval
complete -c kasactl -n '__fish_seen_subcommand_from energy' -l json
complete -c kasactl -n '__fish_seen_subcommand_from energy' -l load
complete -c kasactl -n '__fish_seen_subcommand_from energy' -l month
complete -c kasactl -n '__fish_seen_subcommand_from energy' -l state
complete -c kasactl -n '__fish_seen_subcommand_from energy' -l tariff
complete -c kasactl -n '__fish_seen_subcommand_from energy' -l to
complete -c kasactl -n '__fish_seen_subcommand_from energy' -l top
complete -c kasactl -n '__fish_seen_subcommand_from energy' -l unpriced
complete -c kasactl -n '__fish_seen_subcommand_from energy' -l yes
complete -c kasactl -n __fish_use_subcommand -f -a graph -d 'pictures and pages from collectds RRD files'
complete -c kasactl -n '__fish_seen_subcommand_from graph' -l config
complete -c kasactl -n '__fish_seen_subcommand_from graph' -l help
complete -c kasactl -n '__fish_seen_subcommand_from graph' -l kind
complete -c kasactl -n '__fish_seen_subcommand_from graph' -l out
complete -c kasactl -n '__fish_seen_subcommand_from graph' -l rrd
complete -c kasactl -n '__fish_seen_subcommand_from graph' -l span
complete -c kasactl -n __fish_use_subcommand -f -a alerts -d 'what is wrong now; acknowledge, test, explain'
complete -c kasactl -n '__fish_seen_subcommand_from alerts' -l channel
complete -c kasactl -n '__fish_seen_subcommand_from alerts' -l for
complete -c kasactl -n '__fish_seen_subcommand_from alerts' -l help
complete -c kasactl -n '__fish_seen_subcommand_from alerts' -l json
complete -c kasactl -n '__fish_seen_subcommand_from alerts' -l level
complete -c kasactl -n '__fish_seen_subcommand_from alerts' -l limit
complete -c kasactl -n '__fish_seen_subcommand_from alerts' -l since
complete -c kasactl -n '__fish_seen_subcommand_from alerts' -l socket
complete -c kasactl -n '__fish_seen_subcommand_from alerts' -a ack
complete -c kasactl -n '__fish_seen_subcommand_from alerts' -a channel
complete -c kasactl -n '__fish_seen_subcommand_from alerts' -a explain
complete -c kasactl -n '__fish_seen_subcommand_from alerts' -a history
complete -c kasactl -n '__fish_seen_subcommand_from alerts' -a list
complete -c kasactl -n '__fish_seen_subcommand_from alerts' -a queue
complete -c kasactl -n '__fish_seen_subcommand_from alerts' -a render
complete -c kasactl -n '__fish_seen_subcommand_from alerts' -a resolve
complete -c kasactl -n '__fish_seen_subcommand_from alerts' -a show
complete -c kasactl -n '__fish_seen_subcommand_from alerts' -a status
complete -c kasactl -n '__fish_seen_subcommand_from alerts' -a test
complete -c kasactl -n '__fish_seen_subcommand_from alerts' -a unack
complete -c kasactl -n '__fish_seen_subcommand_from alerts' -a waits
complete -c kasactl -n __fish_use_subcommand -f -a appliance -d 'try settings of an appliance on a recorded curve'
complete -c kasactl -n '__fish_seen_subcommand_from appliance' -l csv
complete -c kasactl -n '__fish_seen_subcommand_from appliance' -l help
complete -c kasactl -n '__fish_seen_subcommand_from appliance' -l interval
complete -c kasactl -n '__fish_seen_subcommand_from appliance' -l json
complete -c kasactl -n '__fish_seen_subcommand_from appliance' -l kind
complete -c kasactl -n '__fish_seen_subcommand_from appliance' -l set
complete -c kasactl -n '__fish_seen_subcommand_from appliance' -a try
complete -c kasactl -n __fish_use_subcommand -f -a check -d 'read the configuration and say what it means'
complete -c kasactl -n '__fish_seen_subcommand_from check' -l help
