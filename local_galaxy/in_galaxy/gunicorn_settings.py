"""How gunicorn serves Galaxy. In a file it passes over settings that it does not know, as that of an older Galaxy."""

worker_class = 'galaxy.webapps.galaxy.workers.Worker'
timeout = 300
# It would lie in the home of whoever runs the tests.
control_socket_disable = True
